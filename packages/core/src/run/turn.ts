import type { Plan } from '../model/plan.ts';
import { TooManyRunsError } from '../model/turn-error.ts';
import type { IfFull, RunSettings } from './options.ts';

/** Where runs of one workflow wait for their turn. */
export interface Line {
  /** Starts the run if it is its turn. Gives the runs it has to wait for: none where it has started. */
  ask(): readonly string[] | Promise<readonly string[]>;
  /** Whether the run was told, from outside of this process, not to wait any more. */
  isCalledOff(): boolean | Promise<boolean>;
  /** Calls back, once or more often, when it may have become its turn. Gives what ends that. */
  listen(callback: () => void): () => void;
}

/**
 * A run's turn among the runs of its workflow, of which only so many may be active at once.
 *
 * Nobody who holds a turn waits for one: a run below a run that holds one starts at once, and counts. So no two runs wait for
 * each other, a parent and its child least of all.
 */
export class Turn {
  /** Infinite where the run counts, and does not wait. */
  readonly limit: number;
  readonly #run: string;
  readonly #workflow: string;
  readonly #ifFull: IfFull;
  #stopped = false;
  #call: () => void = () => undefined;
  #leave: () => void = () => undefined;

  constructor(run: string, workflow: string, limit: number, ifFull: IfFull) {
    this.#run = run;
    this.#workflow = workflow;
    this.limit = limit;
    this.#ifFull = ifFull;
  }

  /**
   * Waits until it is the run's turn, or until it is not to wait any more.
   *
   * @param tell Is told of the runs it waits for, where it has to wait, and is waited for.
   * @throws TooManyRunsError where it is not to wait; whatever the line throws.
   */
  async take(line: Line, tell: (runs: readonly string[]) => void | Promise<void>): Promise<void> {
    let told = false;
    while (!this.#stopped) {
      // Listened to before it is asked: nobody may leave in between unheard.
      const called = new Promise<void>((resolve) => {
        this.#call = resolve;
      });
      const deafen = line.listen(this.#call);
      try {
        const runs = await line.ask();
        if (runs.length === 0) return;
        if (this.#ifFull === 'fail') throw new TooManyRunsError(this.#run, this.#workflow, this.limit, runs);
        if (!told) await tell(runs);
        told = true;
        if (await line.isCalledOff()) return;
        if (!this.#stopped) await called;
      } finally {
        deafen();
      }
    }
  }

  /** It is not waited for any more. */
  stop(): void {
    this.#stopped = true;
    this.#call();
  }

  /** What is to be done when the run has ended. */
  onLeave(leave: () => void): void {
    this.#leave = leave;
  }

  /** The run has ended. */
  leave(): void {
    this.stop();
    this.#leave();
  }
}

/** The turn of a run, where its workflow says how many runs may be active. */
export function turnOf(
  { id: workflow, definition }: Plan,
  run: { readonly id: string },
  settings: RunSettings,
): Turn | undefined {
  const { maxActiveRuns } = definition;
  if (maxActiveRuns === undefined) return undefined;
  const limit = settings.hasTurnAbove ? Number.POSITIVE_INFINITY : maxActiveRuns;
  return new Turn(run.id, workflow, limit, settings.ifFull);
}
