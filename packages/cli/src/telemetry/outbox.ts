/** What became of an export, as OpenTelemetry says it. */
interface Outcome {
  readonly code: number;
  readonly error?: Error;
}

/** The part of an exporter that every signal's has. */
export interface Sender<Batch> {
  export(batch: Batch, done: (outcome: Outcome) => void): void;
  shutdown(): Promise<void>;
}

/** An exporter gives up what it is handed beyond some thirty batches that are under way. */
const AT_ONCE = 8;
const SUCCESS = 0;

/**
 * Stands between what makes batches and what sends them: holds back those that the exporter would refuse, knows when all
 * have been dealt with, and keeps what has gone wrong.
 *
 * A batch processor hands over everything at once when it is flushed, does not wait for what it handed over before, and
 * tells nobody how much it has lost.
 */
export class Outbox<Batch> {
  readonly #sender: Sender<Batch>;
  readonly #sizeOf: (batch: Batch) => number;
  readonly #held: (() => void)[] = [];
  #underWay = 0;
  #delivered = 0;
  #problem: Error | undefined;
  #failure: Error | undefined;
  readonly #idle: (() => void)[] = [];
  readonly #busy: (() => void)[] = [];

  constructor(sender: Sender<Batch>, sizeOf: (batch: Batch) => number) {
    this.#sender = sender;
    this.#sizeOf = sizeOf;
  }

  /** How many items have arrived. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Why the newest batch that has been dealt with did not arrive, if it did not. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  /** Why the newest of those that did not arrive did not. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  get isIdle(): boolean {
    return this.#underWay === 0;
  }

  readonly export = (batch: Batch, done: (outcome: Outcome) => void): void => {
    const send = (): void => {
      this.#underWay += 1;
      for (const resolve of this.#busy.splice(0)) resolve();
      const end = (outcome: Outcome): void => {
        this.#underWay -= 1;
        this.#keep(batch, outcome);
        done(outcome);
        this.#next();
      };
      try {
        this.#sender.export(batch, end);
      } catch (error) {
        end({ code: 1, error: error instanceof Error ? error : new Error(String(error)) });
      }
    };
    if (this.#underWay < AT_ONCE) send();
    else this.#held.push(send);
  };

  /** Resolves when nothing is under way any more. */
  readonly forceFlush = (): Promise<void> => {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  };

  /** Resolves when something is under way. */
  readonly busy = (): Promise<void> => {
    if (!this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#busy.push(resolve));
  };

  readonly shutdown = (): Promise<void> => this.#sender.shutdown();

  #keep(batch: Batch, { code, error }: Outcome): void {
    if (code === SUCCESS) this.#delivered += this.#sizeOf(batch);
    this.#problem = code === SUCCESS ? undefined : (error ?? new Error('it was refused without a reason'));
    this.#failure = this.#problem ?? this.#failure;
  }

  /** It is known why what is under way will not arrive. */
  blame(reason: Error): void {
    this.#failure = this.#problem = reason;
  }

  #next(): void {
    this.#held.shift()?.();
    if (!this.isIdle) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
