import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { BreakerOpenError, compile, type OutputsOf, TimeoutError, ValidationError } from 'wf-sdk';
import { gate, type TestResult, testRun, VirtualClock } from 'wf-sdk/testing';
import 'wf-sdk/testing/vitest';
import orders, { broker, ledger } from './pipeline.ts';
import type { Price } from './quotes.ts';

/*
 * The prices were read with awk, which shares no code with the pipeline. Anyone can do it again, in
 * node_modules/vega-datasets/data:
 *
 *   awk -F, '$1 == "AAPL"' stocks.csv | tail -2
 */
const QUOTE = { source: 'quote', date: 'Mar 1 2010', cents: 22302 } as const;
const LAST_CLOSE = { source: 'last close', date: 'Feb 1 2010', cents: 20462 } as const;

const small = { symbol: 'AAPL', shares: 10 } as const;
const large = { symbol: 'AAPL', shares: 100 } as const;

// Ledger and broker are shared by all runs of the process, those of the tests included. A test therefore compares the cash
// before and after, and gives its run an ID where it asks the broker about an order.

afterEach(() => {
  vi.restoreAllMocks();
});

/** What whoever ordered was told. */
function told({ events }: TestResult): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'task.log' && event.task === 'notice' ? event.message : [],
  );
}

describe('a small order', () => {
  test('goes ahead at the price of the quote service', async () => {
    const before = ledger.available;
    const result = await testRun(orders, { input: small });
    expect(result).toHaveOutput({
      notice: 'bought 10 AAPL for $2,230.20',
      price: QUOTE,
      bought: { symbol: 'AAPL', shares: 10, paid: '$2,230.20' },
    });
    expect(result).toHaveSkipped('review', 'branch');
    expect(told(result)).toEqual(['bought 10 AAPL for $2,230.20']);
    expect(before - ledger.available).toBe(10 * QUOTE.cents);
  });

  test('leaves one order at the broker', async () => {
    const { outputs } = await testRun(orders, { input: small, id: 'monday' });
    expect(outputs.place?.id).toBe('monday/place');
    expect(broker.stateOf('monday/place')).toBe('settled');
    // Its money is gone, and not merely set aside.
    const after = ledger.available;
    ledger.release({ id: 'monday/reserve', cents: 0 });
    expect(ledger.available).toBe(after);
  });
});

describe('an outage of the quote service', () => {
  test('costs the first order some waiting, and the price is the last close', async () => {
    const result = await testRun(orders, { input: { ...small, outage: true } });
    expect(result.output?.price).toEqual(LAST_CLOSE);
    expect(result.output?.notice).toBe('bought 10 AAPL for $2,046.20');
    expect(result).toHaveRun('quote', { attempts: 3 });
    const { quote } = result.tasks;
    expect(quote.by).toBe('fallback');
    expect(quote.attemptErrors.map(({ constructor }) => constructor)).toEqual([
      TimeoutError,
      TimeoutError,
      BreakerOpenError,
    ]);
    expect(result.elapsedMs).toBe(300 + 100 + 300 + 200);
  });

  test('costs the next order nothing, until the service may be asked again', async () => {
    // Breakers belong to the clock: runs that share it share the breaker, and no other test sees it open.
    const clock = new VirtualClock();
    await testRun(orders, { input: small, clock, failures: { quote: 'timeout' } });
    const next = await testRun(orders, { input: small, clock });
    expect(next.output?.price).toEqual(LAST_CLOSE);
    expect(next.tasks.quote.attemptErrors).toMatchObject([{ code: 'breaker_open' }]);
    expect(next.elapsedMs).toBe(0);
    await clock.advance('29s');
    expect((await testRun(orders, { input: small, clock })).output?.price).toEqual(LAST_CLOSE);
    await clock.advance('1s');
    expect((await testRun(orders, { input: small, clock })).output?.price).toEqual(QUOTE);
    expect((await testRun(orders, { input: small, clock })).output?.price).toEqual(QUOTE);
  });
});

describe('a large order', () => {
  test('waits for a person, who may allow less', async () => {
    const run = testRun(orders, { input: large });
    await run.until('review', 'waiting');
    expect(run.waiting).toMatchObject([
      {
        task: 'review',
        message: 'How many shares may be bought?',
        error: { name: 'NeedsApproval', message: '100 AAPL for $22,302.00 are a large order' },
      },
    ]);
    run.approve('review', 80);
    const result = await run;
    expect(result).toSucceed();
    expect(result.output?.bought).toEqual({ symbol: 'AAPL', shares: 80, paid: '$17,841.60' });
    expect(result.tasks.review).toMatchObject({ state: 'succeeded', by: 'approval' });
    expect(result).toHaveSkipped('clear', 'branch');
    expect(result.events.filter(({ type }) => type === 'run.waiting')).toMatchObject([{ tasks: ['review'] }]);
  });

  test('is one of $10,000 or more', async () => {
    const input = { symbol: 'AAPL', shares: 1 } as const;
    const decisions = { review: 'skip' } as const;
    const less = await testRun(orders, { input, decisions, stubs: { quote: { ...QUOTE, cents: 9_999_99 } } });
    expect(less).toHaveSkipped('review', 'branch');
    const more = await testRun(orders, {
      input,
      decisions,
      stubs: { quote: { ...QUOTE, cents: 10_000_00 } },
    });
    expect(more).toHaveSkipped('review', 'intervention');
  });

  test('is not approved for a part of a share', async () => {
    const run = testRun(orders, { input: large });
    await run.until('review', 'waiting');
    expect(() => run.approve('review', 0.5)).toThrow(ValidationError);
    run.approve('review', 1);
    expect((await run).output?.bought?.paid).toBe('$223.02');
  });

  test('is refused', async () => {
    const no = new Error('not this quarter');
    const result = await testRun(orders, { input: large, decisions: { review: { fail: no } } });
    expect(result).toHaveOutcome('partial');
    expect(result).toFailWith(no, 'review');
    expect(result.tasks.reserve.state).toBe('upstream_failed');
    expect(told(result)).toEqual(['bought nothing: not this quarter']);
  });

  test('is dropped, and nothing has failed', async () => {
    const result = await testRun(orders, { input: large, decisions: { review: 'skip' } });
    expect(result).toSucceed();
    expect(result).toHaveSkipped('review', 'intervention');
    expect(result).toHaveOutput({
      notice: 'bought nothing: the order was dropped',
      price: QUOTE,
      bought: undefined,
    });
  });

  test('that is cancelled while it waits is told so', async () => {
    const run = testRun(orders, { input: large });
    await run.until('review', 'waiting');
    const result = await run.cancel('changed my mind');
    expect(result).toHaveOutcome('cancelled');
    expect(result.compensations).toEqual([]);
    expect(told(result)).toEqual(['bought nothing: the order was cancelled']);
  });

  test('needs the money', async () => {
    const input = { symbol: 'AAPL', shares: 1000 } as const;
    const result = await testRun(orders, { input, decisions: { review: { approve: 1000 } } });
    expect(result).toFailWith('the order needs $223,020.00, ', 'reserve');
    expect(told(result)).toEqual([expect.stringMatching(/^bought nothing: the order needs \$223,020\.00, /)]);
  });
});

describe('an order that cannot be settled', () => {
  test('is undone, the last step first', async () => {
    const before = ledger.available;
    const result = await testRun(orders, { input: { ...small, reject: true }, id: 'rejected' });
    expect(result).toHaveOutcome('partial');
    expect(result).toFailWith('the broker found nobody who sells 10 AAPL', 'settle');
    expect(result).toHaveCompensated('place', 'reserve');
    expect(ledger.available).toBe(before);
    expect(broker.stateOf('rejected/place')).toBe('cancelled');
    expect(told(result)).toEqual(['bought nothing: the broker found nobody who sells 10 AAPL']);
    expect(result.events.at(-1)?.type).toBe('run.finished');
  });

  test('is cancelled at the broker however often that fails', async () => {
    vi.spyOn(broker, 'cancel')
      .mockRejectedValueOnce(new Error('busy'))
      .mockRejectedValueOnce(new Error('busy'));
    const result = await testRun(orders, { input: { ...small, reject: true }, id: 'stubborn' });
    expect(result.compensations).toMatchObject([
      { task: 'place', state: 'succeeded', attempts: 3 },
      { task: 'reserve', state: 'succeeded', attempts: 1 },
    ]);
    expect(result.elapsedMs).toBe(1_000 + 2_000);
    expect(broker.stateOf('stubborn/place')).toBe('cancelled');
  });

  test('gives the money back even where the broker cannot be reached any more', async () => {
    const before = ledger.available;
    const compensations = { place: new Error('the broker does not answer') };
    const result = await testRun(orders, { input: { ...small, reject: true }, compensations });
    expect(result.compensations[0]).toMatchObject({ task: 'place', state: 'failed', attempts: 3 });
    expect(result).toHaveCompensated('reserve');
    expect(ledger.available).toBe(before);
  });

  test('is undone in a run that is cancelled, too', async () => {
    const before = ledger.available;
    const settling = gate();
    vi.spyOn(broker, 'settle').mockImplementation(() => settling.pass());
    const run = testRun(orders, { input: small, id: 'cancelled' });
    await settling.reached;
    const result = await run.cancel('changed my mind');
    expect(result).toHaveOutcome('cancelled');
    expect(result).toHaveCompensated('place', 'reserve');
    expect(ledger.available).toBe(before);
    expect(broker.stateOf('cancelled/place')).toBe('cancelled');
    expect(told(result)).toEqual(['bought nothing: the order was cancelled']);
  });
});

describe('its definition', () => {
  test('leaves no branch open', () => {
    expect(compile(orders).warnings).toEqual([]);
  });

  test('asks for a person before any money is touched', () => {
    expect(orders).toRunBefore('review', 'reserve');
    expect(orders).not.toRunInParallelWith('clear', 'review');
    expect(orders).toMatchGraph(`
      ○ quote
      ● price
      ├─● size
      │ ├─● clear  (size = small)
      ├─● │ review  (size = large)
      │ ├─● shares  (none_failed_min_one_success)
      ●─│─┤ reserve
      ├─│─● place
      ├─│─┼─● settle
      ■─┴─┴─╯ notice  (all_done, runs always)
    `);
  });

  test('has types that say what can be missing', () => {
    type Out = OutputsOf<typeof orders>;
    expectTypeOf<Out['quote']>().toEqualTypeOf<Price<'quote'> | null>();
    expectTypeOf<Out['price']>().toEqualTypeOf<Price<'quote'> | Price<'last close'>>();
    expectTypeOf<Out['size']>().toEqualTypeOf<'small' | 'large'>();
    expectTypeOf<Out['review' | 'shares']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Out['notice']>().toEqualTypeOf<string>();
  });
});
