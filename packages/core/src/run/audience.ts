import type { RunEvent, RunEventOf } from '../model/event.ts';
import type { EventsOptions, EventStream } from '../record/event-stream.ts';
import type { Publisher } from '../record/publisher.ts';
import { observerOf } from './listeners.ts';

/** A run that is heard, and the runs below it. */
interface Heard {
  /** The result is there: what runs below still tell is not of this run any more. */
  readonly isFinished: boolean;
  readonly children: readonly { readonly audience: Audience }[];
}

/** Who hears a run, and the runs below it: its observers, and the audience of the run above it. */
export class Audience {
  readonly #run: Heard;
  readonly #publisher: Publisher;
  /** Whether the audience of the run above hears this one. */
  #tellsAbove: boolean;

  constructor(run: Heard, publisher: Publisher, tellsAbove: boolean) {
    this.#run = run;
    this.#publisher = publisher;
    this.#tellsAbove = tellsAbove;
  }

  get isThere(): boolean {
    return this.#publisher.wanted;
  }

  events(options?: EventsOptions): EventStream {
    const events = this.#publisher.subscribe(options);
    this.#hearBelow();
    return events;
  }

  on<Type extends RunEvent['type'] | '*'>(
    type: Type,
    listener: (event: RunEventOf<Type>) => void,
  ): () => void {
    const observer = observerOf(type, listener);
    this.#hearBelow();
    return this.#publisher.listen(observer);
  }

  /** What a run below tells. */
  hear(event: RunEvent): void {
    if (this.isThere && !this.#run.isFinished) this.#publisher.publish(event);
  }

  /** Somebody listens, and has to hear of the runs below from now on, too. */
  #hearBelow(): void {
    for (const { audience } of this.#run.children) audience.#tell(this);
  }

  #tell(above: Audience): void {
    if (this.#tellsAbove) return;
    this.#tellsAbove = true;
    this.#hearBelow();
    this.#publisher.listen((event) => above.hear(event));
  }
}
