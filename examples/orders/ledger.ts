/** Money is in whole cents everywhere: fractions of a dollar do not add up. */
export function dollars(cents: number): string {
  return (cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' });
}

/** Cash that is set aside for one order. */
export interface Reservation {
  readonly id: string;
  readonly cents: number;
}

/** Our own books: the cash there is, and what of it is set aside. Whatever is said twice counts once. */
export class Ledger {
  #cash: number;
  readonly #reserved = new Map<string, number>();

  constructor(cents: number) {
    this.#cash = cents;
  }

  /** The cash that is not set aside, in cents. */
  get available(): number {
    return [...this.#reserved.values()].reduce((left, cents) => left - cents, this.#cash);
  }

  /** @throws Error when there is less than that. */
  reserve(id: string, cents: number): Reservation {
    const available = this.available + (this.#reserved.get(id) ?? 0);
    if (cents > available)
      throw new Error(`the order needs ${dollars(cents)}, the account has ${dollars(available)}`);
    this.#reserved.set(id, cents);
    return { id, cents };
  }

  release({ id }: Reservation): void {
    this.#reserved.delete(id);
  }

  /** What was set aside leaves the account. */
  pay({ id }: Reservation): void {
    this.#cash -= this.#reserved.get(id) ?? 0;
    this.#reserved.delete(id);
  }
}
