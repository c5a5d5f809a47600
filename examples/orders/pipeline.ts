import { BreakerOpenError, on, pool, workflow } from 'wf-sdk';
import { z } from 'zod';
import { Broker, type Order } from './broker.ts';
import { dollars, Ledger, type Reservation } from './ledger.ts';
import { askQuote, lastClose, TICKERS } from './quotes.ts';

const input = z.object({
  symbol: z.enum(TICKERS).describe('Which share to buy'),
  shares: z.int().positive().describe('How many'),
  outage: z.boolean().default(false).describe('The quote service does not answer'),
  reject: z.boolean().default(false).describe('The broker takes the order and then rejects it'),
});

export const ledger = new Ledger(100_000_00);
export const broker = new Broker();
/** What the broker takes from us, all runs together. */
const desk = pool('broker', { slots: 2, rate: { limit: 10, interval: '1s' } });

/** From $10,000 on a person has to agree. */
const LARGE = 10_000_00;
class NeedsApproval extends Error {
  override readonly name = 'NeedsApproval';
}

export default workflow('orders', { version: '1.0.0', description: 'Buys shares, or nothing', input })
  // While the quote service is down an order waits for it a little, and those after it not at all: the breaker is open.
  .addTask('quote')
  .retry({ attempts: 3, delay: '100ms', retryIf: (error) => !(error instanceof BreakerOpenError) })
  .breaker({ name: 'quotes', minimumCalls: 2, resetAfter: '30s', whenOpen: 'fail' })
  .timeout('300ms')
  .fallback(null)
  .run(({ input }, { signal }) => askQuote(input.symbol, input.outage, signal))

  .addTask('price')
  .dependsOn('quote')
  .run(({ input, quote }) => quote ?? lastClose(input.symbol))

  .addTask('size')
  .dependsOn('price')
  .run(({ input, price }) => (input.shares * price.cents < LARGE ? 'small' : 'large'))

  // A small order goes ahead; a large one waits for a person, who says how many shares it may be.
  .addTask('clear')
  .onBranch('size', 'small')
  .run(({ input }, { log }) => log.info(`${input.shares} ${input.symbol} are a small order: nobody is asked`))

  .addTask('review')
  .onBranch('size', 'large')
  .dependsOn('price')
  .output(z.int().positive())
  .recover([on(NeedsApproval).escalate('How many shares may be bought?')])
  .run(({ input, price }) => {
    const { shares, symbol } = input;
    throw new NeedsApproval(`${shares} ${symbol} for ${dollars(shares * price.cents)} are a large order`);
  })

  .addTask('shares')
  .dependsOn('clear', 'review')
  .triggerRule('none_failed_min_one_success')
  .run(({ input, review }) => (review.status === 'succeeded' ? review.value : input.shares))

  // All of the next three or none: when one fails, those before it are undone, the last first.
  .addTask('reserve')
  .dependsOn('price', 'shares')
  .compensate((reservation: Reservation) => ledger.release(reservation))
  .run(({ price, shares }, { idempotencyKey }) => ledger.reserve(idempotencyKey, shares * price.cents))

  .addTask('place')
  .dependsOn('reserve', 'shares')
  .pool(desk)
  .compensate((order: Order) => broker.cancel(order), { retry: { attempts: 3, delay: '1s' } })
  .run(({ input, shares }, { idempotencyKey }) => broker.place(idempotencyKey, input.symbol, shares))

  .addTask('settle')
  .dependsOn('reserve', 'place')
  .pool(desk)
  .run(async ({ input, reserve, place }) => {
    await broker.settle(place, input.reject);
    ledger.pay(reserve);
    return { symbol: place.ticker, shares: place.shares, paid: dollars(reserve.cents) };
  })

  // Whoever ordered is told how it ended, in a cancelled run too.
  .addTask('notice')
  .dependsOn('review', 'reserve', 'place', 'settle')
  .runAlways()
  .run(({ review, reserve, place, settle }, { log }) => {
    const failed = [review, reserve, place, settle].find((step) => step.status === 'failed');
    const tell = (text: string): string => {
      log.info(text);
      return text;
    };
    switch (settle.status) {
      case 'succeeded':
        return tell(`bought ${settle.value.shares} ${settle.value.symbol} for ${settle.value.paid}`);
      case 'failed':
      case 'upstream_failed':
        return tell(`bought nothing: ${failed?.error.message ?? 'there was no price'}`);
      case 'skipped':
        return tell('bought nothing: the order was dropped');
      case 'cancelled':
        return tell('bought nothing: the order was cancelled');
    }
  })

  .output(({ price, settle, notice }) => ({ notice, price, bought: settle }));
