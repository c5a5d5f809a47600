import type { Observer, RunEvent } from '@wf-sdk/core';
import { inspect } from 'node:util';
import { assertSame, show } from './assert.ts';
import { type Conformance, defineConformance, type Rule, type ConformanceSubject } from './conformance.ts';
import { sampleRuns } from './samples/sample-runs.ts';
import type { SampleRun } from './samples/sample.ts';

/** An observer, and what can be seen of what it made of the events. */
export interface ObserverSubject extends ConformanceSubject {
  readonly observer: Observer;
  /**
   * What it made of a run and the runs below it, as plain data. Where this is given the suite also checks that runs are
   * kept apart and that what is unknown leaves no trace.
   */
  readonly shown?: (run: string) => unknown;
}

const MUST_NOT_THROW = 'Observer: it must not throw. One that does is told no more of the run';
const NEWER = `${MUST_NOT_THROW}. A newer version may tell more than this one knows`;

const rules: readonly Rule<ObserverSubject>[] = [
  {
    name: 'takes every event there is without throwing',
    why: MUST_NOT_THROW,
    async check(subject) {
      for (const { name, events } of await sampleRuns()) tell(subject, events, `run '${name}'`);
    },
  },
  {
    name: 'gives nothing back that could be waited for',
    why: 'Observer: it cannot delay the run. Nobody waits for a promise that it gives, nor hears when that rejects',
    async check({ observer }) {
      for (const event of (await sampleRuns()).flatMap(({ events }) => events)) {
        const given: unknown = observer(event);
        if (isThenable(given)) {
          await Promise.resolve(given).catch(() => undefined);
          throw new Error(`it gave a promise when it was told ${describe(event)}`);
        }
      }
    },
  },
  {
    name: 'leaves events as they are',
    why: 'RunEvent: events are read-only, and every observer is told the same ones',
    async check(subject) {
      for (const { name, events } of await sampleRuns()) {
        const before = events.map(portrait);
        tell(subject, events, `run '${name}'`);
        const changed = events.find((event, place) => portrait(event) !== before[place]);
        if (changed !== undefined) throw new Error(`it changed ${describe(changed)} of run '${name}'`);
      }
    },
  },
  {
    name: 'keeps runs apart that go on at the same time',
    why: 'Observer: is told each event of a run. One observer can be that of many runs',
    async check(subject, another) {
      const runs = await sampleRuns();
      tell(subject, takeTurns(runs), 'several runs in turns');
      await compare(subject, another, runs);
    },
  },
  {
    name: 'takes a log that breaks off, and the run after it',
    why: `${MUST_NOT_THROW}. The log of a process that died ends anywhere`,
    async check(subject, another) {
      const runs = await sampleRuns();
      for (const { name, events } of runs)
        for (const part of [0.25, 0.5, 0.75]) {
          const { observer } = await another();
          const cut = events.slice(0, Math.ceil(part * events.length));
          tell({ observer }, cut, `the beginning of run '${name}'`);
        }
      const [first, ...others] = runs;
      if (first !== undefined)
        tell(subject, first.events.slice(0, -2), `the beginning of run '${first.name}'`);
      for (const { name, events } of others) tell(subject, events, `run '${name}' after one that broke off`);
      await compare(subject, another, others);
    },
  },
  {
    name: 'takes a log of which it has missed the beginning',
    why: `${MUST_NOT_THROW}. Who begins to listen late, by events() of a handle, is told what happens from then on`,
    async check(_, another) {
      for (const { name, events } of await sampleRuns())
        for (const part of [0.1, 0.5, 0.9])
          tell(await another(), events.slice(Math.ceil(part * events.length)), `the rest of run '${name}'`);
    },
  },
  {
    name: 'passes over events that it does not know',
    why: NEWER,
    async check(subject, another) {
      const runs = await sampleRuns();
      for (const { name, events } of runs)
        tell(
          subject,
          events.flatMap((event) => [event, unknownAfter(event)]),
          `run '${name}'`,
        );
      await compare(subject, another, runs);
    },
  },
  {
    name: 'passes over fields that it does not know',
    why: NEWER,
    async check(subject) {
      for (const { name, events } of await sampleRuns())
        tell(
          subject,
          events.map((event) => ({ ...event, addedLater: { since: '9.0.0' } })),
          `run '${name}'`,
        );
    },
  },
];

/** What every observer has to do. */
export const observerConformance: Conformance<ObserverSubject> = defineConformance('Observer', rules);

function tell({ observer }: ObserverSubject, events: readonly RunEvent[], what: string): void {
  for (const [place, event] of events.entries()) {
    try {
      observer(event);
    } catch (cause) {
      throw new Error(`told ${describe(event)}, event ${place} of ${what}, it threw ${show(cause)}`, {
        cause,
      });
    }
  }
}

/** The first event of each run, then the second of each, and so on. */
function takeTurns(runs: readonly SampleRun[]): readonly RunEvent[] {
  const longest = Math.max(...runs.map(({ events }) => events.length));
  return Array.from({ length: longest }, (_, place) => place).flatMap((place) =>
    runs.flatMap(({ events }) => events.slice(place, place + 1)),
  );
}

/** Compares what it shows of these runs with what it shows of each when that is all it was told. */
async function compare(
  { shown }: ObserverSubject,
  another: () => Promise<ObserverSubject>,
  runs: readonly SampleRun[],
): Promise<void> {
  if (shown === undefined) return;
  for (const { name, run, events } of runs) {
    const alone = await another();
    tell(alone, events, `run '${name}'`);
    assertSame(shown(run), alone.shown?.(run), `what it shows of run '${name}'`);
  }
}

function unknownAfter(event: RunEvent): RunEvent {
  const { run, at } = event;
  const unknown: object =
    'task' in event
      ? { type: 'task.told_later', run, at, task: event.task, attempt: 1, item: 0 }
      : { type: 'run.told_later', run, at, reason: 'none' };
  return unknown as RunEvent;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

function describe(event: RunEvent): string {
  return 'task' in event ? `${event.type} of task '${event.task}'` : event.type;
}

/** All that is in an event, to be compared. */
function portrait(event: RunEvent): string {
  const all = Number.POSITIVE_INFINITY;
  return inspect(event, { depth: all, maxArrayLength: all, maxStringLength: all, showHidden: true });
}
