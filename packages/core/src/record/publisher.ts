import type { RunEvent } from '../model/event.ts';
import type { Observer } from '../model/ports.ts';
import { type EventsOptions, EventStream } from './event-stream.ts';

/** Hands a run's events to whoever listens, in order. While nobody does, no event should be made: see `wanted`. */
export class Publisher {
  #observers: Set<Observer> | undefined;
  readonly #warn: (message: string) => void;
  #streams: Set<EventStream> | undefined;
  #untold: RunEvent[] | undefined;
  /** Those that threw: one that is an async function may do so more than once. */
  #givenUp: WeakSet<Observer> | undefined;
  #ended = false;
  /** Whether anybody listens. A field, because it is asked about every fact of every run. */
  wanted: boolean;
  /** Takes out of an event what nobody may hear of; absent where there is nothing such. */
  redact: ((event: RunEvent) => RunEvent) | undefined = undefined;
  /** An observer is being told: what it asks of the run has to wait until all were. */
  publishing = false;

  constructor(observers: readonly Observer[], warn: (message: string) => void) {
    if (observers.length > 0) this.#observers = new Set(observers);
    this.#warn = warn;
    this.wanted = observers.length > 0;
  }

  /** What observers bring about, such as an event of a run below, is told when all have heard what came before it. */
  publish(told: RunEvent): void {
    const event = this.redact === undefined ? told : this.redact(told);
    if (this.publishing) {
      (this.#untold ??= []).push(event);
      return;
    }
    this.publishing = true;
    this.#tellAll(event);
    for (let next = this.#untold?.shift(); next !== undefined; next = this.#untold?.shift())
      this.#tellAll(next);
    this.publishing = false;
  }

  /** An observer that throws is told no more; the run goes on. */
  #tellAll(event: RunEvent): void {
    for (const observer of this.#observers ?? []) {
      try {
        const made: unknown = observer(event);
        // One that is an async function must not end the process either.
        if (made instanceof Promise) made.catch((error: unknown) => this.#giveUp(observer, event, error));
      } catch (error) {
        this.#giveUp(observer, event, error);
      }
    }
  }

  #giveUp(observer: Observer, { run }: RunEvent, error: unknown): void {
    this.#drop(observer);
    const givenUp = (this.#givenUp ??= new WeakSet());
    if (givenUp.has(observer)) return;
    givenUp.add(observer);
    this.#warn(`an observer of run ${run} threw and is told no more events: ${String(error)}`);
  }

  /** Tells one more observer, from now on. @returns What ends that. */
  listen(observer: Observer): () => void {
    if (this.#ended) return () => undefined;
    (this.#observers ??= new Set()).add(observer);
    this.wanted = true;
    return () => this.#drop(observer);
  }

  /** The events from now to the run's end. @throws OptionError */
  subscribe(options?: EventsOptions): EventStream {
    const close = (): void => {
      this.#drop(stream.push);
      this.#streams?.delete(stream);
    };
    const stream: EventStream = new EventStream(close, this.#warn, options);
    if (this.#ended) {
      stream.end();
    } else {
      this.listen(stream.push);
      (this.#streams ??= new Set()).add(stream);
    }
    return stream;
  }

  end(): void {
    this.#ended = true;
    this.#observers = undefined;
    this.wanted = false;
    for (const stream of this.#streams ?? []) stream.end();
    this.#streams = undefined;
  }

  #drop(observer: Observer): void {
    this.#observers?.delete(observer);
    this.wanted = (this.#observers?.size ?? 0) > 0;
  }
}
