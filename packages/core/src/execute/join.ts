import { ItemFailedError, ItemsFailedError } from '../model/error.ts';
import type { FanOut, FanOutSummary, Tolerance } from '../model/fan-out.ts';

/** Puts together what became of a fan-out's items, in their order, and says when enough of them have failed. */
export class Join {
  readonly #task: string;
  readonly #tolerate: Tolerance | undefined;
  readonly #settles: boolean;
  readonly #outputs: unknown[] | undefined;
  #items = 0;
  #failed = 0;
  #firstError: Error | undefined;

  constructor(task: string, { join = 'all', collect = true }: FanOut) {
    this.#task = task;
    this.#settles = join !== 'all';
    this.#tolerate = typeof join === 'object' ? join.tolerate : undefined;
    this.#outputs = collect ? [] : undefined;
  }

  succeeded(item: number, output: unknown): void {
    this.#items++;
    if (this.#outputs === undefined) return;
    this.#outputs[item] = this.#settles ? { status: 'succeeded', value: output } : output;
  }

  /** Gives the task's error where this failure is one too many already. */
  failed(item: number, error: Error): Error | undefined {
    this.#items++;
    this.#failed++;
    this.#firstError ??= error;
    if (!this.#settles) return new ItemFailedError(this.#task, item, error);
    if (this.#outputs !== undefined) this.#outputs[item] = { status: 'failed', error };
    return typeof this.#tolerate === 'number' ? this.#excess() : undefined;
  }

  get summary(): FanOutSummary {
    return { items: this.#items, succeeded: this.#items - this.#failed, failed: this.#failed };
  }

  /** All items have ended: the task's output, or its error. */
  end(): { readonly output: unknown } | { readonly error: Error } {
    const error = this.#excess();
    if (error !== undefined) return { error };
    return { output: this.#outputs ?? this.summary };
  }

  #excess(): Error | undefined {
    if (this.#tolerate === undefined || this.#firstError === undefined) return undefined;
    const tolerated =
      typeof this.#tolerate === 'number'
        ? this.#failed <= this.#tolerate
        : this.#failed * 100 <= Number(this.#tolerate.slice(0, -1)) * this.#items;
    if (tolerated) return undefined;
    return new ItemsFailedError(this.#task, this.#failed, String(this.#tolerate), this.#firstError);
  }
}
