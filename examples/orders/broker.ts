import type { Ticker } from './quotes.ts';

export interface Order {
  readonly id: string;
  readonly ticker: Ticker;
  readonly shares: number;
}

/** The broker took an order and did not carry it out. */
export class OrderRejected extends Error {
  override readonly name = 'OrderRejected';
}

/** Someone else's system: it takes orders, and settles or rejects them. An order placed twice under one ID is one order. */
export class Broker {
  readonly #orders = new Map<string, 'open' | 'settled' | 'cancelled'>();

  async place(id: string, ticker: Ticker, shares: number): Promise<Order> {
    this.#orders.set(id, 'open');
    return { id, ticker, shares };
  }

  /** What is settled stays so: there is no way back. */
  async cancel({ id }: Order): Promise<void> {
    if (this.#orders.get(id) === 'open') this.#orders.set(id, 'cancelled');
  }

  /**
   * @param reject What goes wrong where it is asked for: nobody sells.
   * @throws OrderRejected
   */
  async settle({ id, ticker, shares }: Order, reject: boolean): Promise<void> {
    if (reject) throw new OrderRejected(`the broker found nobody who sells ${shares} ${ticker}`);
    this.#orders.set(id, 'settled');
  }

  /** `undefined` for an order that was never placed. */
  stateOf(id: string): 'open' | 'settled' | 'cancelled' | undefined {
    return this.#orders.get(id);
  }
}
