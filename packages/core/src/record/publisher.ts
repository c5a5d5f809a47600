import type { RunEvent } from '../model/event.ts';
import type { Observer } from '../model/ports.ts';
import { EventStream } from './event-stream.ts';

/** Hands a run's events to whoever listens, in order. While nobody does, no event should be made: see `wanted`. */
export class Publisher {
  readonly #observers: Set<Observer>;
  readonly #warn: (message: string) => void;
  #streams: Set<EventStream> | undefined;
  #ended = false;

  constructor(observers: readonly Observer[], warn: (message: string) => void) {
    this.#observers = new Set(observers);
    this.#warn = warn;
  }

  get wanted(): boolean {
    return this.#observers.size > 0;
  }

  /** An observer that throws is told no more; the run goes on. */
  publish(event: RunEvent): void {
    for (const observer of this.#observers) {
      try {
        observer(event);
      } catch (error) {
        this.#observers.delete(observer);
        this.#warn(`an observer of run ${event.run} threw and is told no more events: ${String(error)}`);
      }
    }
  }

  /** The events from now to the run's end. */
  subscribe(): EventStream {
    const stream: EventStream = new EventStream(() => {
      this.#observers.delete(stream.push);
      this.#streams?.delete(stream);
    });
    if (this.#ended) {
      stream.end();
    } else {
      this.#observers.add(stream.push);
      (this.#streams ??= new Set()).add(stream);
    }
    return stream;
  }

  end(): void {
    this.#ended = true;
    this.#observers.clear();
    for (const stream of this.#streams ?? []) stream.end();
    this.#streams = undefined;
  }
}
