import { context, diag, DiagLogLevel, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { seededRandom, VirtualClock } from '@wf-sdk/testing';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { meters } from '../../test/metering.ts';
import { randomScenario, type Scenario } from '../../test/scenario.ts';
import { dispatcherOf, workflowOf } from '../../test/scenario-workflow.ts';
import { loadBreakers } from '../execute/breakers.ts';
import {
  compile,
  DefinitionError,
  endSpans,
  run,
  type RunEvent,
  type RunResult,
  type TelemetryDetail,
  workflow,
} from '../index.ts';
import { msOf } from '../../test/telemetry.ts';

/** Spans as they begin and as they end. */
class Spans implements SpanProcessor {
  started: ReadableSpan[] = [];
  ended: ReadableSpan[] = [];

  onStart(span: ReadableSpan): void {
    this.started.push(span);
  }

  onEnd(span: ReadableSpan): void {
    this.ended.push(span);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

const spans = new Spans();
/** What the SDK complains of: a span that is ended twice, or told something after its end. */
const complaints: unknown[] = [];
let meter: ReturnType<typeof meters>;

beforeAll(async () => {
  const complain = (...given: unknown[]): void => void complaints.push(given);
  const ignore = (): void => undefined;
  const logger = { error: complain, warn: complain, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, DiagLogLevel.WARN);
  meter = meters();
  // Loaded before: what takes real time would let a virtual clock believe that nothing goes on any more.
  await loadBreakers();
  await run(
    workflow('first')
      .addTask('a')
      .run(() => 1),
  );
});
afterEach(() => stopTracing());
afterAll(async () => {
  diag.disable();
  await meter.close();
});

function beginTracing(): void {
  spans.started = [];
  spans.ended = [];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [spans] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

function stopTracing(): void {
  trace.disable();
  context.disable();
}

interface Played {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
}

/** Plays a scenario to its end, and until nothing of it goes on any more. Nothing where the graph cannot be. */
async function play(scenario: Scenario, telemetry: TelemetryDetail): Promise<Played | undefined> {
  const clock = new VirtualClock();
  const flow = workflowOf(scenario, clock, () => undefined);
  try {
    compile(flow);
  } catch (error) {
    if (error instanceof DefinitionError) return undefined;
    throw error;
  }
  const { cancel, decisions, concurrency, timeout, gracePeriod, onFailure, seed } = scenario;
  const events: RunEvent[] = [];
  let decided = 0;
  const observe = (event: RunEvent): void => {
    events.push(event);
    if (event.type === 'task.waiting' && event.for === 'approval' && event.run === 'r') {
      const decision = decided++ < 6 ? decisions[decided % decisions.length] : 'skip';
      if (decision === 'approve') handle.approve(event.task, 'approved');
      else handle[decision ?? 'skip'](event.task);
    }
    const place = events.length - 1;
    if (cancel === undefined) return;
    const force = cancel.how.startsWith('forced');
    if (place === cancel.atEvent) void handle.cancel('enough', { force });
    if (place === cancel.atEvent + (cancel.forceAfter ?? Number.NaN))
      void handle.cancel('now', { force: true });
  };
  const handle = run(flow, undefined, {
    id: 'r',
    clock,
    telemetry,
    concurrency,
    timeout,
    gracePeriod,
    onFailure,
    resources: { cpu: 2 },
    module: 'file:///w.ts',
    dispatcher: dispatcherOf(flow),
    random: seededRandom(seed),
    observers: [observe],
  });
  const result = await clock.passUntil(handle.result);
  await clock.advance(20_000);
  return { result, events };
}

const timesOf = ({ startTime, endTime }: ReadableSpan): readonly [number, number] => [
  msOf(startTime),
  msOf(endTime),
];

function checkTree(): void {
  const byId = new Map(spans.ended.map((span) => [span.spanContext().spanId, span]));
  const roots = spans.ended.filter(({ parentSpanContext }) => parentSpanContext === undefined);
  expect(roots.map(({ name }) => name)).toEqual(['workflow.run w']);
  for (const span of spans.ended) {
    if (span === roots[0]) continue;
    const parent = byId.get(span.parentSpanContext?.spanId ?? '');
    if (parent === undefined) throw new Error(`the parent of ${span.name} has not ended, or never was`);
    const [[start, end], [parentStart, parentEnd]] = [timesOf(span), timesOf(parent)];
    const where = `${span.name} in ${parent.name}`;
    expect(end, where).toBeGreaterThanOrEqual(start);
    expect(start, where).toBeGreaterThanOrEqual(parentStart);
    expect(start, where).toBeLessThanOrEqual(parentEnd);
    // A run below that was given up, as after a timeout, still ends in good order.
    const isRun = span.name.startsWith('workflow.run ');
    expect(isRun || end <= parentEnd, where).toBe(true);
  }
}

function checkTasks({ result, events }: Played): void {
  const told = new Map<string, number>();
  for (const span of spans.ended) {
    if (!span.name.startsWith('workflow.task ')) continue;
    const key = `${String(span.attributes['workflow.execution.id'])} ${String(span.attributes['workflow.task.name'])}`;
    told.set(key, (told.get(key) ?? 0) + 1);
  }
  // Of a run below that was given up nothing is heard any more.
  const runs = new Set(
    spans.ended
      .filter(({ name }) => name.startsWith('workflow.run '))
      .map(({ attributes }) => String(attributes['workflow.execution.id'])),
  );
  for (const event of events) expect(runs).toContain(event.run);
  const tasks = [...runs].flatMap((id) =>
    (id === 'r' ? Object.keys(result.tasks) : ['x', 'y', 'z']).map((task) => `${id} ${task}`),
  );
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(tasks.map((key) => [key, 1])));
  for (const { id, state } of Object.values(result.tasks)) {
    const span = spans.ended.find(
      ({ name, attributes }) => name === `workflow.task ${id}` && attributes['workflow.execution.id'] === 'r',
    );
    expect(span?.attributes['workflow.task.state'], id).toBe(state);
    expect(span?.status.code === 2, id).toBe(state === 'failed');
  }
}

/** Each event that ends a task names the task's span. */
function checkNames({ events }: Played): void {
  const named = new Map(spans.ended.map((span) => [span.spanContext().spanId, span]));
  for (const event of events) {
    if (!('task' in event) || !ENDS.has(event.type)) continue;
    const span = 'spanId' in event ? named.get(event.spanId ?? '') : undefined;
    expect(span?.name).toBe(`workflow.task ${event.task}`);
    expect(span?.attributes['workflow.execution.id']).toBe(event.run);
  }
}

const ENDS: ReadonlySet<string> = new Set(
  ['succeeded', 'failed', 'upstream_failed', 'skipped', 'cancelled'].map((end) => `task.${end}`),
);

/** Without what names the spans. */
function plain(events: readonly RunEvent[]): unknown[] {
  return events.map((event) => {
    const {
      traceparent: _,
      traceId: __,
      spanId: ___,
      ...rest
    } = event as RunEvent & Readonly<Record<string, unknown>>;
    return rest;
  });
}

test('whatever tasks do, each span ends once and inside its parent, and telemetry changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(randomScenario, async (given) => {
      beginTracing();
      const played = await play(given, 'items');
      fc.pre(played !== undefined);
      stopTracing();
      expect(complaints).toEqual([]);
      expect(spans.ended).toHaveLength(spans.started.length);
      expect(new Set(spans.ended).size).toBe(spans.ended.length);
      endSpans();
      expect(spans.ended).toHaveLength(spans.started.length);
      checkTree();
      checkTasks(played);
      checkNames(played);
      const silent = await play(given, 'off');
      expect(plain(silent?.events ?? [])).toEqual(plain(played.events));
      expect(silent?.result).toEqual(played.result);
    }),
    { numRuns: Number(process.env['RUNS'] ?? 150) },
  );
  const collected = await meter.collect();
  const active = ['workflow.execution.active', 'workflow.task.active'].flatMap(
    (name) => collected[name]?.points ?? [],
  );
  expect(active).toContain('workflow=w: 0');
  expect(active.filter((point) => !point.endsWith(': 0'))).toEqual([]);
}, 60_000);
