import type { RunEvent } from '@wf-sdk/core';
import { expect, test } from 'vitest';
import { checkConformance } from './check-conformance.ts';
import { observerConformance, type ObserverSubject } from './observer.ts';

/** Counts the events of each run and the runs below it, by type: an observer as it should be. */
class Tally {
  readonly counts = new Map<string, Map<string, number>>();
  readonly #roots = new Map<string, string>();

  observe(event: RunEvent): unknown {
    if (event.type === 'run.started' && event.parent !== undefined)
      this.#roots.set(event.run, this.rootOf(event.parent.run));
    if (TYPES.test(event.type)) this.count(this.rootOf(event.run), event.type);
    return undefined;
  }

  count(run: string, type: string): void {
    const counts = this.counts.get(run) ?? new Map<string, number>();
    this.counts.set(run, counts.set(type, (counts.get(type) ?? 0) + 1));
  }

  rootOf(run: string): string {
    return this.#roots.get(run) ?? run;
  }
}

const TYPES = /^(?:run|task|attempt|item|compensation|breaker)\.(?!told_later)/;

function subject(Observing: new () => Tally): () => ObserverSubject {
  return () => {
    const tally = new Observing();
    return {
      // An observer may give anything back; a promise is for the suite to find.
      observer: (event) => tally.observe(event) as undefined,
      shown: (run) => tally.counts.get(run),
    };
  };
}

test.each(observerConformance.cases)('an observer as it should be: $name', async ({ run }) => {
  await expect(run(subject(Tally))).resolves.toBeUndefined();
});

/** For each case an observer that breaks just this rule, and what is then said. */
const BROKEN: Readonly<Record<string, readonly [new () => Tally, RegExp]>> = {
  'takes every event there is without throwing': [
    class extends Tally {
      override observe(event: RunEvent): void {
        JSON.stringify(event);
      }
    },
    /told task\.succeeded of task 'kinds', event \d+ of run 'values', it threw TypeError: Do not know how to serialize a BigInt/,
  ],
  'gives nothing back that could be waited for': [
    class extends Tally {
      override async observe(event: RunEvent): Promise<void> {
        await Promise.reject(new Error(event.type));
      }
    },
    /it gave a promise when it was told run\.started/,
  ],
  'leaves events as they are': [
    class extends Tally {
      override observe(event: RunEvent): void {
        if (event.type === 'attempt.failed' && event.error instanceof Error) event.error.message = 'hidden';
      }
    },
    /it changed attempt\.failed of task 'rate' of run 'retries'/,
  ],
  'keeps runs apart that go on at the same time': [
    class extends Tally {
      #run = '';
      override observe(event: RunEvent): void {
        if (event.type === 'run.started') this.#run = this.rootOf(event.run);
        this.count(this.#run, event.type);
      }
    },
    /what it shows of run 'retries' should be Map\(\d+\) .*, and is /,
  ],
  'takes a log that breaks off, and the run after it': [
    class extends Tally {
      #open: string | undefined;
      override observe(event: RunEvent): void {
        if (event.type === 'run.started' && event.parent === undefined) {
          if (this.#open !== undefined) throw new Error(`${this.#open} has not ended`);
          this.#open = event.run;
        }
        if (event.type === 'run.finished' && event.run === this.#open) this.#open = undefined;
      }
    },
    /event 0 of run 'values' after one that broke off, it threw Error: sample-retries has not ended/,
  ],
  'takes a log of which it has missed the beginning': [
    class extends Tally {
      readonly #known = new Set<string>();
      override observe(event: RunEvent): void {
        if (event.type === 'run.started') this.#known.add(event.run);
        if (!this.#known.has(event.run)) throw new Error(`no run ${event.run}`);
      }
    },
    /event 0 of the rest of run 'retries', it threw Error: no run sample-retries/,
  ],
  'passes over events that it does not know': [
    class extends Tally {
      override observe(event: RunEvent): void {
        this.count(this.rootOf(event.run), event.type);
      }
    },
    /what it shows of run 'retries' should be Map\(\d+\)/,
  ],
  'passes over fields that it does not know': [
    class extends Tally {
      override observe(event: RunEvent): void {
        for (const [key, value] of Object.entries(event))
          if (key.startsWith('added')) throw new Error(`${key}: ${String(value)}`);
      }
    },
    /told run\.started, event 0 of run 'retries', it threw Error: addedLater/,
  ],
};

test('each rule has an observer that breaks it', () => {
  expect(Object.keys(BROKEN)).toEqual(observerConformance.cases.map(({ name }) => name));
});

test.each(Object.entries(BROKEN))(
  'an observer that breaks the rule is found out: %s',
  async (name, broken) => {
    const [Broken, said] = broken;
    const found = observerConformance.cases.find((one) => one.name === name)?.run(subject(Broken));
    await expect(found).rejects.toThrow(said);
  },
);

test('an observer that throws at what it does not know is found out', async () => {
  class Strict extends Tally {
    override observe(event: RunEvent): void {
      if (!TYPES.test(event.type)) throw new Error(`what is ${event.type}?`);
    }
  }
  const { failed } = await checkConformance(observerConformance, subject(Strict));
  expect(failed.map(({ name }) => name)).toEqual(['passes over events that it does not know']);
});

test('an observer without anything to show is checked for what it throws', async () => {
  const report = await checkConformance(observerConformance, () => ({ observer: () => undefined }));
  expect(report.failed).toEqual([]);
});
