import { graph, on, type RunEvent, workflow } from '@wf-sdk/core';
import { describe, expect, it } from 'vitest';
import { explore, VirtualClock } from '../index.ts';

const never = (): undefined => undefined;

describe('exploring', () => {
  /** Two roots, and what follows each. */
  const calls: string[] = [];
  const two = workflow('two')
    .addTask('a')
    .run(() => calls.push('a'))
    .addTask('b')
    .run(() => calls.push('b'))
    .addTask('c')
    .dependsOn('a')
    .run(() => calls.push('c'))
    .addTask('d')
    .dependsOn('b')
    .run(() => calls.push('d'));

  it('comes to every order that the dependencies allow', async () => {
    const orders = new Set<string>();
    const { runs, orders: all } = await explore(two, {
      runs: 200,
      failing: [],
      beforeEach: () => void (calls.length = 0),
      invariant: () => void orders.add(calls.join('')),
    });
    expect(runs).toBe(200);
    expect(all).toBeGreaterThan(6);
    expect([...orders].toSorted()).toEqual(['abcd', 'abdc', 'acbd', 'bacd', 'badc', 'bdac']);
  });

  it('fails every task, alone and together with each other one', async () => {
    const failed = new Set<string>();
    const { outcomes } = await explore(two, {
      runs: 300,
      stubAll: true,
      invariant: ({ tasks }) => {
        failed.add(
          Object.values(tasks)
            .filter(({ state }) => state === 'failed')
            .map(({ id }) => id)
            .join(''),
        );
      },
    });
    expect([...failed].toSorted()).toEqual(['', 'a', 'ab', 'ad', 'b', 'bc', 'c', 'cd', 'd']);
    expect(outcomes.success + outcomes.partial + outcomes.failed).toBe(300);
    expect(outcomes.cancelled).toBe(0);
  });

  it('fails those tasks that it may', async () => {
    const report = await explore(two, {
      failing: ['c'],
      invariant: ({ tasks }) => [tasks.a, tasks.b, tasks.d].every(({ state }) => state === 'succeeded'),
    });
    expect(report.outcomes.partial).toBeGreaterThan(0);
    expect((await explore(two, { failing: [], invariant: never })).outcomes.success).toBe(100);
    const failures = { d: new Error('always') };
    await explore(two, {
      failures,
      invariant: ({ tasks }) => tasks.d.error === undefined || tasks.d.error === failures.d,
    });
  });

  it('tries some attempts, all attempts, timeouts, hangs and items', async () => {
    const flow = workflow('fan')
      .addTask('pages')
      .retry({ attempts: 3, delay: '10m' })
      .deadline('1h')
      .run(() => ['x', 'y', 'z'])
      .addTask('sizes')
      .dependsOn('pages')
      .forEach(({ pages }) => pages, { join: 'allSettled' })
      .timeout('1m')
      .run(({ item }) => item.length);
    const seen = new Set<string>();
    await explore(flow, {
      runs: 300,
      invariant: ({ tasks: { pages }, outputs: { sizes } }) => {
        seen.add(`${pages.state} in ${pages.attempts} ${pages.error?.name ?? ''}`);
        seen.add(
          sizes?.map((size) => (size.status === 'failed' ? size.error.name : size.status)).join() ?? '',
        );
      },
    });
    expect([...seen].toSorted()).toEqual([
      '',
      'Error,Error,Error',
      'Error,succeeded,succeeded',
      'TimeoutError,TimeoutError,TimeoutError',
      'failed in 1 DeadlineError',
      'failed in 3 Error',
      'succeeded in 1 ',
      'succeeded in 2 ',
      'succeeded in 3 ',
      'succeeded,Error,succeeded',
      'succeeded,succeeded,Error',
      'succeeded,succeeded,succeeded',
    ]);
  });

  it('lets so many run at once', async () => {
    const g = graph();
    const flow = workflow('busy').addTasks(...[1, 2, 3, 4, 5].map((n) => g.addTask(`t${n}`).run(() => n)));
    const mosts = new Set<number>();
    const record = ({ events }: { readonly events: readonly RunEvent[] }): void => {
      let [running, most] = [0, 0];
      for (const { type } of events) {
        if (type === 'attempt.started') most = Math.max(most, ++running);
        if (type === 'task.succeeded') running--;
      }
      mosts.add(most);
    };
    await explore(flow, { failing: [], invariant: record, runs: 30 });
    expect(mosts).toEqual(new Set([1, 2, 4, 5]));
    mosts.clear();
    await explore(flow, { failing: [], invariant: record, concurrency: 3 });
    expect(mosts).toEqual(new Set([1, 3]));
  });

  it('has stubs take their time, but no more than they have', async () => {
    const flow = workflow('timed')
      .addTask('fast')
      .timeout('30s')
      .run(() => 1)
      .addTask('slow')
      .dependsOn('fast')
      .run(() => 2);
    const lengths = new Set<number>();
    const { outcomes } = await explore(flow, {
      failing: [],
      runs: 300,
      stubs: { fast: 1, slow: () => 2 },
      invariant: ({ elapsedMs }) => void lengths.add(elapsedMs),
    });
    expect(outcomes.success).toBe(300);
    const fast = [0, 1000];
    const slow = [0, 1000, 60_000, 3_600_000];
    expect(lengths).toEqual(new Set(fast.flatMap((one) => slow.map((other) => one + other))));
  });

  it('cancels runs at many moments, if it may', async () => {
    const flow = workflow('c')
      .addTask('a')
      .retry({ attempts: 2, delay: '10s' })
      .run(() => 1)
      .addTask('nap')
      .dependsOn('a')
      .sleep('1d')
      .addTask('b')
      .dependsOn('nap')
      .run(() => 1)
      .addTask('mail')
      .dependsOn('b')
      .runAlways()
      .run(() => 1);
    const cancelled = new Set<string>();
    const { outcomes } = await explore(flow, {
      cancels: true,
      invariant: ({ state, tasks, events }) => {
        if (state !== 'cancelled') return;
        const place = events.findIndex(({ type }) => type === 'run.cancelling');
        cancelled.add(events[place - 1]?.type ?? '');
        expect(tasks.mail.state).not.toBe('cancelled');
      },
    });
    expect(outcomes.cancelled).toBeGreaterThan(10);
    expect(cancelled).toContain('attempt.failed');
    expect(cancelled).toContain('run.waiting');
  });

  it('decides for a person of whom nothing is said', async () => {
    const flow = workflow('ask')
      .addTask('review')
      .recover([on(Error).escalate()])
      .run(() => 1);
    const became = new Set<string>();
    const invariant = ({
      tasks: { review },
    }: {
      readonly tasks: { readonly review: { readonly state: string; readonly by: string | undefined } };
    }): void => void became.add(`${review.state} ${review.by ?? ''}`);
    await explore(flow, { invariant });
    expect([...became].toSorted()).toEqual(['failed ', 'skipped ', 'succeeded ']);
    became.clear();
    await explore(flow, { invariant, stubs: { review: 2 } });
    expect([...became].toSorted()).toEqual(['failed ', 'skipped ', 'succeeded ', 'succeeded approval']);
    became.clear();
    await explore(flow, { invariant, stubAll: true });
    expect(became).toContain('succeeded approval');
    became.clear();
    await explore(flow, { invariant, decisions: { review: 'skip' } });
    expect([...became].toSorted()).toEqual(['skipped ', 'succeeded ']);
  });

  it('is the same each time', async () => {
    const seen = async (): Promise<readonly string[]> => {
      const all: string[] = [];
      await explore(two, {
        cancels: true,
        invariant: ({ events }) => void all.push(events.map(({ type }) => type).join()),
      });
      return all;
    };
    expect(await seen()).toEqual(await seen());
  });
});

describe('bad use', () => {
  const one = workflow('one')
    .addTask('task')
    .run(() => 1);

  it('is said', async () => {
    await expect(explore(one, { invariant: never, failing: ['tsk' as 'task'] })).rejects.toThrow(
      "failing: workflow 'one' has no task 'tsk'; did you mean 'task'?",
    );
    await expect(explore(one, { invariant: never, runs: 0 })).rejects.toMatchObject({ option: 'runs' });
    await expect(explore(one, {} as never)).rejects.toMatchObject({ option: 'invariant' });
    await expect(explore(one, { invariant: never, seed: 1 as never })).rejects.toThrow("option 'seed'");
    await expect(explore(one, { invariant: never, clock: new VirtualClock() as never })).rejects.toThrow(
      "option 'clock'",
    );
    await expect(explore(one, { invariant: never, stubs: { tsk: 1 } as never })).rejects.toThrow(
      "stubs.tsk: workflow 'one' has no task",
    );
  });
});
