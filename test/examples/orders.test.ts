import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, expectTypeOf, it, vi } from 'vitest';
import {
  BreakerOpenError,
  breakers,
  compile,
  type InputOf,
  type OutputsOf,
  run,
  type RunEvent,
  type RunOptions,
  TimeoutError,
} from 'wf-sdk';
import orders, { broker, ledger } from '../../examples/orders/pipeline.ts';
import type { Price } from '../../examples/orders/quotes.ts';
import { gate, recorder, VirtualClock } from '../../packages/core/test/kit.ts';
import { test } from '../e2e/sandbox.ts';

/*
 * The prices were read with awk, which shares no code with the example. Anyone can do it again, in
 * examples/orders/node_modules/vega-datasets/data:
 *
 *   awk -F, '$1 == "AAPL"' stocks.csv | tail -2
 */
const QUOTE = { source: 'quote', date: 'Mar 1 2010', cents: 22302 };
const LAST_CLOSE = { source: 'last close', date: 'Feb 1 2010', cents: 20462 };

const small = { symbol: 'AAPL', shares: 10 } as const;
const large = { symbol: 'AAPL', shares: 100 } as const;

// What breakers are made of is loaded by the first run that has one, and that takes real time.
beforeAll(async () => {
  await run(orders, small);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A run in virtual time: breakers and pools are shared by the runs of one clock. */
function order(input: InputOf<typeof orders>, clock: VirtualClock, options: RunOptions = {}) {
  const { events, observe } = recorder();
  const handle = run(orders, input, { clock, observers: [observe], ...options });
  return { handle, events, ended: clock.passUntil(handle), types: () => events.map(({ type }) => type) };
}

/** A run that waits for a person. */
async function review(input: InputOf<typeof orders>, options: RunOptions = {}) {
  const clock = new VirtualClock();
  const { events, observe } = recorder();
  const handle = run(orders, input, { clock, observers: [observe], ...options });
  await clock.settle();
  return { handle, events };
}

function told(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'task.log' && event.task === 'notice' ? event.message : [],
  );
}

describe('a small order', () => {
  it('goes ahead at the price of the quote service', async () => {
    const before = ledger.available;
    const { ended, events } = order(small, new VirtualClock());
    const { output, tasks } = await ended;
    expect(output).toEqual({
      notice: 'bought 10 AAPL for $2,230.20',
      price: QUOTE,
      bought: { symbol: 'AAPL', shares: 10, paid: '$2,230.20' },
    });
    expect(tasks.review).toMatchObject({ state: 'skipped', reason: 'branch' });
    expect(told(events)).toEqual(['bought 10 AAPL for $2,230.20']);
    expect(before - ledger.available).toBe(10 * QUOTE.cents);
  });

  it('leaves one order at the broker', async () => {
    const { ended } = order(small, new VirtualClock(), { id: 'monday' });
    const { outputs } = await ended;
    expect(outputs.place?.id).toBe('monday/place');
    expect(broker.stateOf('monday/place')).toBe('settled');
  });
});

describe('an outage of the quote service', () => {
  it('costs the first order some waiting, and the price is the last close', async () => {
    const clock = new VirtualClock();
    const { output, tasks } = await order({ ...small, outage: true }, clock).ended;
    expect(output?.price).toEqual(LAST_CLOSE);
    expect(output?.notice).toBe('bought 10 AAPL for $2,046.20');
    expect(tasks.quote).toMatchObject({ state: 'succeeded', by: 'fallback', attempts: 3 });
    expect(tasks.quote.attemptErrors.map(({ constructor }) => constructor)).toEqual([
      TimeoutError,
      TimeoutError,
      BreakerOpenError,
    ]);
    expect(clock.passed).toBe(300 + 100 + 300 + 200);
  });

  it('costs the next order nothing, until the service may be asked again', async () => {
    const clock = new VirtualClock();
    await order({ ...small, outage: true }, clock).ended;
    expect(breakers(clock)).toMatchObject([{ name: 'quotes', state: 'open' }]);
    const since = clock.passed;
    const next = await order(small, clock).ended;
    expect(next.output?.price).toEqual(LAST_CLOSE);
    expect(next.tasks.quote.attemptErrors).toMatchObject([{ code: 'breaker_open' }]);
    expect(clock.passed - since).toBe(0);
    await clock.advance(30_000);
    expect((await order(small, clock).ended).output?.price).toEqual(QUOTE);
    expect(breakers(clock)).toMatchObject([{ name: 'quotes', state: 'closed' }]);
  });
});

describe('a large order', () => {
  it('waits for a person, who may allow less', async () => {
    const { handle, events } = await review(large);
    expect(handle.waiting).toMatchObject([
      {
        task: 'review',
        message: 'How many shares may be bought?',
        error: { name: 'NeedsApproval', message: '100 AAPL for $22,302.00 are a large order' },
      },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'run.waiting', tasks: ['review'] });
    handle.approve('review', 80);
    const { outcome, output, tasks } = await handle;
    expect(outcome).toBe('success');
    expect(output?.bought).toEqual({ symbol: 'AAPL', shares: 80, paid: '$17,841.60' });
    expect(tasks.review).toMatchObject({ state: 'succeeded', by: 'approval' });
    expect(tasks.clear).toMatchObject({ state: 'skipped', reason: 'branch' });
  });

  it('is refused', async () => {
    const { handle, events } = await review(large);
    handle.fail('review', new Error('not this quarter'));
    const { outcome, tasks } = await handle;
    expect(outcome).toBe('partial');
    expect(tasks.reserve.state).toBe('upstream_failed');
    expect(told(events)).toEqual(['bought nothing: not this quarter']);
  });

  it('is dropped, and nothing has failed', async () => {
    const { handle } = await review(large);
    handle.skip('review');
    const { outcome, output } = await handle;
    expect(outcome).toBe('success');
    expect(output).toEqual({
      notice: 'bought nothing: the order was dropped',
      price: QUOTE,
      bought: undefined,
    });
  });

  it('that is cancelled while it waits is told so', async () => {
    const { handle, events } = await review(large);
    const { outcome, tasks, compensations } = await handle.cancel('changed my mind');
    expect(outcome).toBe('cancelled');
    expect(tasks.notice.state).toBe('succeeded');
    expect(compensations).toEqual([]);
    expect(told(events)).toEqual(['bought nothing: the order was cancelled']);
  });

  it('needs the money', async () => {
    const { handle, events } = await review({ symbol: 'AAPL', shares: 1000 });
    handle.approve('review', 1000);
    const { tasks } = await handle;
    expect(tasks.reserve.state).toBe('failed');
    expect(told(events)).toEqual([expect.stringMatching(/^bought nothing: the order needs \$223,020\.00, /)]);
  });
});

describe('an order that cannot be settled', () => {
  const undone = [
    { task: 'place', state: 'succeeded', attempts: 1 },
    { task: 'reserve', state: 'succeeded', attempts: 1 },
  ];

  it('is undone, the last step first', async () => {
    const before = ledger.available;
    const { ended, events, types } = order({ ...small, reject: true }, new VirtualClock(), {
      id: 'rejected',
    });
    const { outcome, error, compensations } = await ended;
    expect(outcome).toBe('partial');
    expect(error?.message).toContain(`task 'settle' failed: the broker found nobody who sells 10 AAPL`);
    expect(compensations).toMatchObject(undone);
    expect(ledger.available).toBe(before);
    expect(broker.stateOf('rejected/place')).toBe('cancelled');
    expect(told(events)).toEqual(['bought nothing: the broker found nobody who sells 10 AAPL']);
    expect(types().at(-1)).toBe('run.finished');
  });

  it('is undone in a run that is cancelled, too', async () => {
    const before = ledger.available;
    const settling = gate();
    vi.spyOn(broker, 'settle').mockReturnValue(settling.promise);
    const { handle, events } = await review(small, { id: 'cancelled' });
    const ended = handle.cancel('changed my mind');
    settling.fail(new Error('stopped'));
    const { outcome, compensations } = await ended;
    expect(outcome).toBe('cancelled');
    expect(compensations).toMatchObject(undone);
    expect(ledger.available).toBe(before);
    expect(broker.stateOf('cancelled/place')).toBe('cancelled');
    expect(told(events)).toEqual(['bought nothing: the order was cancelled']);
  });
});

describe('its definition', () => {
  it('leaves no branch open', () => {
    expect(compile(orders).warnings).toEqual([]);
  });

  it('has types that say what can be missing', () => {
    type Out = OutputsOf<typeof orders>;
    expectTypeOf<Out['quote']>().toEqualTypeOf<Price<'quote'> | null>();
    expectTypeOf<Out['price']>().toEqualTypeOf<Price<'quote'> | Price<'last close'>>();
    expectTypeOf<Out['size']>().toEqualTypeOf<'small' | 'large'>();
    expectTypeOf<Out['review' | 'shares']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Out['notice']>().toEqualTypeOf<string>();
  });
});

const readme = readFileSync(new URL('../../examples/orders/README.md', import.meta.url), 'utf8');

it('is approved in code as the README shows it', async () => {
  const printed = vi.spyOn(console, 'log').mockReturnValue();
  await import('../../examples/orders/approve.ts');
  expect(printed.mock.calls).toEqual([['bought 80 AAPL for $17,841.60']]);
  const code = readFileSync(new URL('../../examples/orders/approve.ts', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${code}\`\`\`\n`);
});

describe('the command', () => {
  const pipeline = fileURLToPath(new URL('../../examples/orders/pipeline.ts', import.meta.url));
  const stories = Array.from(
    readme.matchAll(
      /```console\n\$ npx wf-sdk run pipeline\.ts (?<flags>[^<\n]*)(?: <.*)?\n(?<shown>[^]*?)\n\$ echo \$\?\n(?<code>\d+)\n```/g,
    ),
    ({ groups = {} }) => groups,
  );
  const timeless = (text: string): string => text.replaceAll(/\d+(?:\.\d+)? m?s/g, '… ms');

  it('is in the README in a form that is run here', () => {
    expect(stories.length).toBe(readme.split('```console').length - 1);
  });

  test.for(stories)(
    'does what the README shows for $flags',
    async ({ flags = '', shown = '', code }, { sandbox }) => {
      const ended = await sandbox.run(['run', pipeline, ...flags.trim().split(' ')]);
      const wanted = timeless(shown).split('\n');
      const lines = timeless(ended.stderr).split('\n');
      expect(lines.filter((line) => wanted.includes(line))).toEqual(wanted);
      expect(String(ended.code)).toBe(code);
    },
  );
});
