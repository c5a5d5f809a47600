import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { sampleRuns, VirtualClock } from '@wf-sdk/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Collected, meters } from '../../test/metering.ts';
import { traces } from '../../test/telemetry.ts';
import { loadBreakers } from '../execute/breakers.ts';
import { endSpans, pool, run, workflow } from '../index.ts';
import { ATTRIBUTES, SPAN_EVENTS, SPANS } from './attributes.ts';
import { METRIC_ATTRIBUTES, METRICS } from './metrics.ts';

/*
 * The tables are what docs/telemetry.md is made of. Here real runs are heard by the real SDK: nothing comes that is not in the
 * tables, and all that is in them comes.
 */

let otel: ReturnType<typeof traces>;
let meter: ReturnType<typeof meters>;
let spans: readonly ReadableSpan[];
let collected: Readonly<Record<string, Collected>>;

beforeAll(async () => {
  await loadBreakers();
  otel = traces();
  meter = meters();
  await sampleRuns();
  await others();
  // A sample's first process died.
  endSpans();
  spans = otel.spans();
  collected = await meter.collect();
});
afterAll(async () => {
  otel.close();
  await meter.close();
});

/** What no sample shows. */
async function others(): Promise<void> {
  const clock = new VirtualClock();
  const slots = pool('tables', { slots: 1 });
  function load(): Promise<void> {
    return clock.sleep(10);
  }
  const flow = workflow('others')
    .addTask('held')
    .pool(slots)
    .run(load)
    .addTask('late')
    .dependsOn('held')
    .sla(5)
    .run(() => clock.sleep(20));
  await clock.passUntil(run(flow, undefined, { clock }).result);
}

/** The kind of a span, as the tables call it: `task` of `workflow.task load`. */
function kindOf({ name }: ReadableSpan): string {
  return /^workflow\.(\w+) \S+$/.exec(name)?.[1] ?? name;
}

const KINDS = Object.keys(SPANS).map((name) => name.replace('workflow.', ''));

function listed(on: string): readonly string[] {
  return on === 'all' ? KINDS : on.split(', ').filter((word) => word !== '');
}

/** What the types of the table are in JavaScript. */
const TYPES = { string: 'string', boolean: 'boolean', int: 'number', double: 'number' } as const;

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].toSorted();

test('spans are those of the table', () => {
  const kinds = spans.filter((span) => span.instrumentationScope.name === 'wf-sdk').map(kindOf);
  expect(sorted(kinds.map((kind) => `workflow.${kind}`))).toEqual(sorted(Object.keys(SPANS)));
});

test('each attribute is on the spans that the table names, and of the type that it says', () => {
  const told = spans.flatMap((span) =>
    Object.entries(span.attributes).map(([name, value]) => `${kindOf(span)} ${name} ${typeof value}`),
  );
  const table = Object.entries(ATTRIBUTES).flatMap(([name, [on, type]]) =>
    listed(on).map((kind) => `${kind} ${name} ${TYPES[type]}`),
  );
  expect(sorted(told)).toEqual(sorted(table));
});

test('attributes that are whole numbers are', () => {
  const ints = Object.entries(ATTRIBUTES).filter(([, [, type]]) => type === 'int');
  const values = spans.flatMap(({ attributes }) => ints.map(([name]) => attributes[name] ?? 0));
  expect(values.filter((value) => !Number.isInteger(value))).toEqual([]);
});

test('each span event is on the spans that the table names, with the attributes that it names', () => {
  const told = spans.flatMap((span) =>
    span.events
      .filter(({ name }) => name !== 'exception')
      .flatMap(({ name, attributes }) => linesOf(kindOf(span), name, attributes ?? {})),
  );
  const table = Object.entries(SPAN_EVENTS).flatMap(([name, [on, attributes]]) =>
    listed(on).flatMap((kind) => [
      `${kind} ${name}`,
      ...listed(attributes).map((key) => `${kind} ${name} ${key}`),
    ]),
  );
  expect(sorted(told)).toEqual(sorted(table));
});

test('metrics are those of the table, with its attributes', () => {
  const told = Object.entries(collected).flatMap(([name, { attributes, unit }]) =>
    attributes.flatMap((point) => [`${name} ${unit}`, ...Object.keys(point).map((key) => `${name} ${key}`)]),
  );
  const table = Object.entries(METRICS).flatMap(([name, [, unit, attributes]]) => [
    `${name} ${unit}`,
    ...attributes.map((key) => `${name} ${key}`),
  ]);
  expect(sorted(told)).toEqual(sorted(table));
  expect(sorted(Object.values(METRICS).flatMap(([, , attributes]) => attributes))).toEqual(
    sorted(Object.keys(METRIC_ATTRIBUTES)),
  );
});

test('nothing is left active', () => {
  const left = ['workflow.execution.active', 'workflow.task.active'].flatMap(
    (name) => collected[name]?.points ?? [],
  );
  expect(left.length).toBeGreaterThan(20);
  expect(left.filter((point) => !point.endsWith(': 0'))).toEqual([]);
});

function linesOf(kind: string, name: string, attributes: Attributes): readonly string[] {
  return [`${kind} ${name}`, ...Object.keys(attributes).map((key) => `${kind} ${name} ${key}`)];
}
