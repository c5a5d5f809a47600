import { run, type RunResult, RunTimeoutError, TimeoutError, workflow } from '@wf-sdk/core';
import { expect, test } from 'vitest';
import { testRun } from '../run/test-run.ts';
import { expectResult } from './result.ts';

class HttpError extends Error {
  override readonly name = 'HttpError';
}

const shop = workflow<{ refused: boolean }>('shop')
  .addTask('quote')
  .retry({ attempts: 3, delay: '1m', jitter: 'none' })
  .run((_, { attempt }) => {
    if (attempt < 3) throw new TypeError('no answer');
    return { cents: 500, tags: ['a', 'b'] };
  })
  .addTask('gift')
  .dependsOn('quote')
  .when(() => false)
  .run(() => 1)
  .addTask('reserve')
  .dependsOn('quote')
  .compensate(() => undefined)
  .run(() => 1)
  .addTask('place')
  .dependsOn('reserve')
  .compensate(() => undefined)
  .run(() => 1)
  .addTask('pay')
  .dependsOn('place')
  .run(({ input }) => {
    if (input.refused) throw new HttpError('card refused', { cause: new RangeError('over the limit') });
    return 'paid';
  })
  .addTask('ship')
  .dependsOn('pay')
  .run(() => 1)
  .addTask('parcels')
  .forEach(() => [1, 2, 3], { join: 'allSettled' })
  .run(({ item }) => {
    if (item === 2) throw new Error('lost');
    return item;
  })
  .output(({ pay }) => ({ pay }));

const bad = await testRun(shop, { input: { refused: true } });
const good = await testRun(shop, { input: { refused: false } });
const cancelled = await run(shop, { refused: false }).cancel('not needed');

/** What an assertion says when it does not hold. */
function messageOf(assertion: () => void): string | undefined {
  try {
    assertion();
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'AssertionError') return `\n${error.message}`;
    throw error;
  }
}

type Assertions = Omit<ReturnType<typeof expectResult<typeof bad>>, 'not'>;

/** Whether an assertion holds; with `not` it has to be the other way round. */
function holds(subject: typeof bad, says: (it: Assertions) => void): boolean {
  const { not, ...positive } = expectResult(subject);
  const [holds, holdsNot] = [positive, not].map((it) => messageOf(() => says(it)) === undefined);
  if (holds === holdsNot) throw new Error(`with and without not it is ${String(holds)}`);
  return holds === true;
}

test('toSucceed', () => {
  expect(holds(good, (it) => it.toSucceed())).toBe(true);
  expect(holds(bad, (it) => it.toSucceed())).toBe(false);
  expect(messageOf(() => expectResult(cancelled).toSucceed())).toContain('and the run was cancelled');
  expect(messageOf(() => expectResult(bad).toSucceed())).toBe(`
the run of workflow 'shop' should succeed, and the run failed

run of workflow 'shop': failed (partial), 4 of 7 tasks succeeded, took 3m
  ✔ quote    succeeded        3 attempts  +0ms → +3m  after TypeError: no answer
  ✔ parcels  succeeded        3 attempts  +0ms        2 of 3 items succeeded
  ✔ reserve  succeeded        1 attempt   +3m
  ✔ place    succeeded        1 attempt   +3m
▶ ✖ pay      failed           1 attempt   +3m         HttpError: card refused  ← caused by RangeError: over the limit
  ○ gift     skipped                                  by condition
  ⊘ ship     upstream_failed                          because of pay
↶ place  undone
↶ reserve  undone
`);
});

test('toHaveOutcome', () => {
  expect(holds(good, (it) => it.toHaveOutcome('success'))).toBe(true);
  expect(holds(bad, (it) => it.toHaveOutcome('partial'))).toBe(true);
  expect(holds(bad, (it) => it.toHaveOutcome('failed'))).toBe(false);
  expectResult(cancelled).toHaveOutcome('cancelled');
  expect(messageOf(() => expectResult(bad).toHaveOutcome('failed'))).toContain(
    `the outcome of the run of workflow 'shop' is 'partial', not 'failed'\n`,
  );
});

test.for([
  ['its class', HttpError],
  ['a part of its message', 'refused'],
  ['a pattern', /^card/],
  ['a pattern that remembers where it was', /card/g],
  ['an error like it', new HttpError('card refused')],
  ['what caused it', RangeError],
  ['a stand-in of the test runner', expect.objectContaining({ name: 'HttpError' }) as Error],
] as const)('toFailWith finds an error by %s', ([, expected]) => {
  expect(holds(bad, (it) => it.toFailWith(expected))).toBe(true);
  expect(holds(bad, (it) => it.toFailWith(expected, 'pay'))).toBe(true);
  expect(holds(bad, (it) => it.toFailWith(expected, 'ship'))).toBe(false);
  expect(holds(bad, (it) => it.toHaveFailed('pay', expected))).toBe(true);
  expect(holds(good, (it) => it.toFailWith(expected))).toBe(false);
});

test.for([
  ['another class', TimeoutError],
  ['the error of an attempt that was made again', TypeError],
  ['another message', 'accepted'],
  ['another pattern', /^refused/],
  ['an error with another message', new HttpError('card')],
  ['an error with another name', new Error('card refused')],
] as const)('toFailWith does not take %s', ([, expected]) => {
  expect(holds(bad, (it) => it.toFailWith(expected))).toBe(false);
  expect(holds(bad, (it) => it.toHaveFailed('pay', expected))).toBe(false);
});

test('toFailWith knows a class of the package from another copy of it', async () => {
  const slow = workflow('slow')
    .addTask('wait')
    .run(() => {
      throw new TimeoutError('wait', 1, 1000);
    });
  const result = await testRun(slow);
  const twin = class extends Error {};
  Object.defineProperty(twin, 'name', { value: 'TimeoutError' });
  expect(messageOf(() => expectResult(result).not.toFailWith(twin))).toBeUndefined();
  Object.setPrototypeOf(twin.prototype, TimeoutError.prototype);
  expect(messageOf(() => expectResult(result).toFailWith(twin))).toBeUndefined();
});

test('toFailWith looks into errors that hold several', async () => {
  const many = workflow('many')
    .addTask('send')
    .run(() => {
      throw new AggregateError([new RangeError('one'), new HttpError('two')], 'none was sent');
    });
  const result = await testRun(many);
  expect(messageOf(() => expectResult(result).toFailWith(HttpError, 'send'))).toBeUndefined();
});

test('toFailWith finds what ended the run from outside', async () => {
  const slow = workflow('slow').addTask('wait').sleep('2h');
  const result = await testRun(slow, { timeout: '1h' });
  expect(messageOf(() => expectResult(result).toFailWith(RunTimeoutError))).toBeUndefined();
  expect(messageOf(() => expectResult(result).toFailWith(RunTimeoutError, 'wait'))).toContain(
    `task 'wait' should fail with the error class RunTimeoutError, and is cancelled`,
  );
});

test('a failure that is allowed does not fail the run', async () => {
  const lenient = workflow('lenient')
    .addTask('extra')
    .allowFailure()
    .run(() => {
      throw new HttpError('gone');
    });
  const result = await testRun(lenient);
  expect(messageOf(() => expectResult(result).toFailWith(HttpError))).toContain('and the run succeeded');
  expect(messageOf(() => expectResult(result).toHaveFailed('extra', HttpError))).toBeUndefined();
});

test('toFailWith says how the run ended instead', () => {
  expect(messageOf(() => expectResult(good).toFailWith('refused'))).toContain(
    `the run of workflow 'shop' should fail with an error that says 'refused', and the run succeeded\n`,
  );
  expect(messageOf(() => expectResult(bad).toFailWith(TimeoutError))).toContain(
    `the run of workflow 'shop' should fail with the error class TimeoutError, and it failed with others\n`,
  );
  const message = messageOf(() => expectResult(bad).toFailWith('refused', 'ship'));
  expect(message).toContain(
    `task 'ship' should fail with an error that says 'refused', and is upstream_failed\n`,
  );
  expect(message).toContain('\n▶ ⊘ ship');
});

test('toHaveRun', () => {
  expect(holds(bad, (it) => it.toHaveRun('quote'))).toBe(true);
  expect(holds(bad, (it) => it.toHaveRun('quote', { attempts: 3 }))).toBe(true);
  expect(holds(bad, (it) => it.toHaveRun('quote', { attempts: 2 }))).toBe(false);
  expect(holds(bad, (it) => it.toHaveRun('pay'))).toBe(true);
  expect(holds(bad, (it) => it.toHaveRun('ship'))).toBe(false);
  expect(holds(bad, (it) => it.toHaveRun('gift'))).toBe(false);
  expect(holds(bad, (it) => it.toHaveRun('parcels', { items: 3 }))).toBe(true);
  expect(holds(bad, (it) => it.toHaveRun('parcels', { items: { failed: 1, succeeded: 2 } }))).toBe(true);
  expect(holds(bad, (it) => it.toHaveRun('parcels', { items: { failed: 0 } }))).toBe(false);
  expect(holds(bad, (it) => it.toHaveRun('quote', { items: 1 }))).toBe(false);
  expect(messageOf(() => expectResult(bad).toHaveRun('quote', { attempts: 1, items: 2 }))).toContain(
    `task 'quote' should have run with 1 attempt and 2 items, and made 3 attempts, not 1 and had no items\n`,
  );
  expect(messageOf(() => expectResult(bad).toHaveRun('ship'))).toMatch(
    /▶ ⊘ ship .+ ← is upstream_failed because of 'pay'\n/,
  );
});

test('a task that slept has run', async () => {
  const nap = await testRun(workflow('nap').addTask('sleep').sleep('1h'));
  expect(messageOf(() => expectResult(nap).toHaveRun('sleep', { attempts: 0 }))).toBeUndefined();
  expect(messageOf(() => expectResult(nap).not.toHaveRun('sleep'))).toContain(
    `task 'sleep' ran, and should not`,
  );
});

test('toHaveSkipped', () => {
  expect(holds(bad, (it) => it.toHaveSkipped('gift'))).toBe(true);
  expect(holds(bad, (it) => it.toHaveSkipped('gift', 'condition'))).toBe(true);
  expect(holds(bad, (it) => it.toHaveSkipped('gift', 'branch'))).toBe(false);
  expect(holds(bad, (it) => it.toHaveSkipped('ship'))).toBe(false);
  expect(messageOf(() => expectResult(bad).toHaveSkipped('gift', 'branch'))).toContain(
    `task 'gift' should have been skipped by branch, and was skipped by condition\n`,
  );
});

test('toHaveFailed', () => {
  expect(holds(bad, (it) => it.toHaveFailed('pay'))).toBe(true);
  expect(holds(bad, (it) => it.toHaveFailed('ship'))).toBe(false);
  expect(messageOf(() => expectResult(bad).toHaveFailed('quote', TypeError))).toContain(
    `task 'quote' should have failed with the error class TypeError, and succeeded\n`,
  );
});

test('toHaveRunInOrder', () => {
  expect(holds(bad, (it) => it.toHaveRunInOrder('quote', 'reserve', 'pay'))).toBe(true);
  expect(holds(bad, (it) => it.toHaveRunInOrder('quote', 'pay', 'reserve'))).toBe(false);
  expect(holds(bad, (it) => it.toHaveRunInOrder('quote', 'ship'))).toBe(false);
  expect(holds(bad, (it) => it.toHaveRunInOrder('gift', 'quote'))).toBe(false);
  expect(messageOf(() => expectResult(bad).toHaveRunInOrder('pay', 'quote'))).toContain(
    `tasks 'pay' and 'quote' should have started in this order, and 'quote' started before 'pay'\n`,
  );
  expect(messageOf(() => expectResult(bad).toHaveRunInOrder('pay', 'ship'))).toContain(
    `and 'ship' did not run\n`,
  );
});

test('of a run that testRun did not make the times tell the order, where they can', () => {
  const { starts: _, ...plain } = good;
  const times = (first: number, second: number): RunResult => ({
    ...(plain as RunResult),
    outputs: {},
    tasks: {
      a: { ...good.tasks.quote, id: 'a', startedAt: first },
      b: { ...good.tasks.quote, id: 'b', startedAt: second },
    },
  });
  expectResult(times(1, 2)).toHaveRunInOrder('a', 'b');
  expectResult(times(2, 1)).not.toHaveRunInOrder('a', 'b');
  for (const it of [expectResult(times(1, 1)), expectResult(times(1, 1)).not])
    expect(() => it.toHaveRunInOrder('a', 'b')).toThrow(
      /'a' and 'b' started in the same millisecond.*use testRun/,
    );
});

test('toHaveCompensated', () => {
  expect(holds(bad, (it) => it.toHaveCompensated('place'))).toBe(true);
  expect(holds(bad, (it) => it.toHaveCompensated('place', 'reserve'))).toBe(true);
  expect(holds(good, (it) => it.toHaveCompensated('place'))).toBe(false);
  expect(messageOf(() => expectResult(bad).toHaveCompensated('reserve', 'place'))).toContain(
    `'reserve' and 'place' should have been undone in this order, not 'place' and 'reserve'\n`,
  );
  expect(messageOf(() => expectResult(bad).toHaveCompensated('place', 'pay'))).toContain(
    `'pay' should have been undone\n`,
  );
  expect(messageOf(() => expectResult(bad).not.toHaveCompensated('pay', 'place'))).toContain(
    `'place' should not have been undone\n`,
  );
});

test('what could not be undone was not compensated', async () => {
  const stuck = workflow('stuck')
    .addTask('reserve')
    .compensate(() => {
      throw new Error('no answer');
    })
    .run(() => 1)
    .addTask('pay')
    .dependsOn('reserve')
    .run(() => {
      throw new Error('refused');
    });
  const result = await testRun(stuck);
  expect(messageOf(() => expectResult(result).toHaveCompensated('reserve'))).toContain(
    '\n↶ reserve  could not be undone: no answer\n',
  );
});

test('toHaveOutput of the run', () => {
  expect(holds(good, (it) => it.toHaveOutput({ pay: 'paid' }))).toBe(true);
  expect(holds(good, (it) => it.toHaveOutput({ pay: 'owed' }))).toBe(false);
  expect(holds(bad, (it) => it.toHaveOutput({ pay: 'paid' }))).toBe(false);
  expect(messageOf(() => expectResult(bad).toHaveOutput({ pay: 'paid' }))).toContain(
    `the output of the run of workflow 'shop' should be { pay: 'paid' }, and there is none: the run is failed\n`,
  );
});

test('toHaveOutput of a task', () => {
  expect(holds(good, (it) => it.toHaveOutput('quote', { cents: 500, tags: ['a', 'b'] }))).toBe(true);
  expect(
    holds(good, (it) => it.toHaveOutput('quote', { cents: 500, tags: expect.any(Array) as string[] })),
  ).toBe(true);
  expect(holds(good, (it) => it.toHaveOutput('quote', { cents: 500, tags: ['a'] }))).toBe(false);
  expect(holds(good, (it) => it.toHaveOutput('gift', undefined))).toBe(false);
  expect(messageOf(() => expectResult(good).toHaveOutput('quote', { cents: 500, tags: ['a', 'c'] }))).toMatch(
    /^\nthe output of task 'quote' differs at \.tags\[1\]: it is 'b', not 'c'\n\n.+\n▶ ✔ quote .+ ← gave another output\n/,
  );
  expect(messageOf(() => expectResult(good).not.toHaveOutput('pay', 'paid'))).toContain(
    `the output of task 'pay' is 'paid', and should not be\n`,
  );
});

test('an assertion on values gives both to the test runner', () => {
  const expected = { cents: 1, tags: [] };
  const actual = { cents: 500, tags: ['a', 'b'] };
  expect(() => expectResult(good).toHaveOutput('quote', expected)).toThrow(
    expect.objectContaining({ actual, expected }),
  );
});
