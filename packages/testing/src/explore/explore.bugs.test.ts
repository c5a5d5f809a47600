import { on, workflow } from '@wf-sdk/core';
import { describe, expect, it } from 'vitest';
import { after, explore, InvariantError, testRun } from '../index.ts';

async function errorOf(promise: Promise<unknown>): Promise<InvariantError> {
  const error = await promise.then(
    (report: unknown) => new Error(`the invariant holds: ${JSON.stringify(report)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof InvariantError) return error;
  throw error;
}

const never = (): undefined => undefined;

describe('a bug', () => {
  /** Two withdrawals, each of which checks first and then acts: with nothing between them that would keep them apart. */
  let balance = 0;
  const bank = workflow('bank')
    .addTask('rent')
    .run(async () => withdraw(80))
    .addTask('limit')
    .run(async () => 10)
    .addTask('list')
    .dependsOn('limit')
    .run(async () => ['bread'])
    .addTask('food')
    .dependsOn('list')
    .run(async () => withdraw(60))
    .addTask('report')
    .dependsOn('rent', 'food')
    .run(() => balance);
  async function withdraw(amount: number): Promise<void> {
    const before = balance;
    if (before < amount) return;
    await Promise.resolve();
    balance = before - amount;
  }
  const exploreBank = (): Promise<unknown> =>
    explore(bank, {
      failing: [],
      beforeEach: () => void (balance = 100),
      invariant: ({ outputs }) => {
        if (outputs.report !== 20) throw new Error(`100 - 80 is ${outputs.report}`);
      },
    });

  it('of two tasks that race is found, small, and the same each time', async () => {
    const error = await errorOf(exploreBank());
    expect(error.cause).toEqual(new Error('100 - 80 is 40'));
    expect(error.message).toMatch(
      /^workflow 'bank' breaks the invariant in case \d+ of 100\. The smallest case: seed \d+\n\n {2}100 - 80 is 40\n/,
    );
    expect(error.message).toContain('\nended in this order: limit, list, food, rent, report\n');
    expect((await errorOf(exploreBank())).message).toBe(error.message);
    expect(Object.keys(error.options)).toEqual(['seed']);
    balance = 100;
    expect((await testRun(bank, error.options)).outputs.report).toBe(40);
    const { seed } = error.options as { readonly seed: number };
    for (let lower = 1; lower < seed; lower++) {
      balance = 100;
      expect((await testRun(bank, { seed: lower })).outputs.report).toBe(20);
    }
    balance = 100;
    expect((await testRun(bank)).outputs.report).toBe(20);
  });

  it('in what is undone is found with the one failure that it takes', async () => {
    const booked = new Set<string>();
    const trip = workflow('trip')
      .addTask('hotel')
      .compensate(() => booked.delete('hotel'))
      .run(() => booked.add('hotel').size)
      // The bug: nothing cancels the flight.
      .addTask('flight')
      .retry({ attempts: 3 })
      .run(() => booked.add('flight').size)
      .addTask('pay')
      .dependsOn('hotel', 'flight')
      .timeout('1m')
      .run(() => 'paid')
      .addTask('mail')
      .dependsOn('pay')
      .allowFailure()
      // It is never asked about, so nothing has to be said about that.
      .recover([on(RangeError).escalate()])
      .run(() => 'sent');
    const error = await errorOf(
      explore(trip, {
        beforeEach: () => booked.clear(),
        invariant: ({ state }) => state === 'succeeded' || booked.size === 0,
      }),
    );
    expect(error.message).toMatch(/The smallest case: pay fails\n/);
    const { failures, ...rest } = error.options as { readonly failures: object };
    expect(Object.keys(failures)).toHaveLength(1);
    expect(rest).toEqual({});
    booked.clear();
    expect((await testRun(trip, error.options)).state).toBe('failed');
    expect([...booked]).toEqual(['flight']);
  });

  it('in a trigger rule is found where two failures must meet', async () => {
    const flow = workflow('mirrors')
      .addTask('east')
      .run(() => 'e')
      .addTask('west')
      .run(() => 'w')
      .addTask('south')
      .run(() => 's')
      // The bug: it is to run whatever becomes of the mirrors.
      .addTask('publish')
      .dependsOn('east', 'west', 'south')
      .triggerRule('one_success')
      .run(() => 1);
    const error = await errorOf(
      explore(flow, {
        invariant: ({ tasks }) => tasks.publish.attempts === 1,
        failing: ['east', 'west', 'south'],
      }),
    );
    expect(error.message).toContain('The smallest case: ');
    expect(Object.keys((error.options as { readonly failures: object }).failures).toSorted()).toEqual([
      'east',
      'south',
      'west',
    ]);
    expect(error.message).toContain(`failures: {
      east: new Error('east is made to fail'),`);
  });

  it('that a cancelled run has is found with the moment', async () => {
    let open = 0;
    const flow = workflow('lock')
      .addTask('acquire')
      .run(() => open++)
      .addTask('work')
      .dependsOn('acquire')
      .run(() => 1)
      .addTask('more')
      .dependsOn('work')
      .run(() => 1)
      // The bug: it does not run in a cancelled run.
      .addTask('release')
      .dependsOn('more')
      .triggerRule('all_done')
      .run(() => open--);
    const error = await errorOf(
      explore(flow, {
        cancels: true,
        failing: [],
        beforeEach: () => void (open = 0),
        invariant: () => open === 0,
      }),
    );
    expect(error.message).toMatch(/The smallest case: (seed \d+, )?cancelled on [\w.]+ of \w+\n/);
    open = 0;
    const again = await testRun(flow, error.options);
    expect([again.state, open]).toEqual(['cancelled', 1]);
  });

  it('that takes time shows with stubs that take theirs', async () => {
    const flow = workflow('slow')
      .addTask('token')
      .run(() => 'token')
      .addTask('rows')
      .dependsOn('token')
      .run(() => ['a'])
      .addTask('send')
      .dependsOn('rows', 'token')
      .run(() => 'sent');
    const stubs = { token: 'token', rows: () => ['b'], send: after('5s', 'sent') };
    const error = await errorOf(
      explore(flow, { failing: [], stubs, invariant: ({ elapsedMs }) => elapsedMs < 60_000 }),
    );
    expect(error.message).toMatch(/The smallest case: (token|rows) takes its time\n/);
    expect(error.message).toContain("send: after(5000, 'sent')");
    expect((await testRun(flow, error.options)).elapsedMs).toBeGreaterThanOrEqual(60_000);
  });

  it('that does not come again is told as such', async () => {
    let runs = 0;
    const flow = workflow('leak')
      .addTask('a')
      .run(() => ++runs);
    const error = await errorOf(explore(flow, { invariant: ({ outputs }) => outputs.a !== 3, failing: [] }));
    expect(error.message).toContain(
      "workflow 'leak' broke the invariant once in case 3 of 100, but not again: ",
    );
    expect(error.message).toContain('beforeEach');
  });

  it('that has a run not end is told with the case', async () => {
    const flow = workflow('stuck')
      .addTask('a')
      .run(() => new Promise<number>(never));
    const error = await errorOf(explore(flow, { invariant: never, patience: 20, failing: [] }));
    expect(error.message).toContain("the run of workflow 'stuck' does not end in case 1 of 100");
    expect(error.message).toContain('await testRun(workflow, { patience: 20 });');
  });
});
