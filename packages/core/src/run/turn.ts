import type { Plan } from '../model/plan.ts';
import { TooManyRunsError } from '../model/turn-error.ts';
import type { IfFull, RunSettings } from './options.ts';

/** Where runs of one workflow wait for their turn. */
export interface Line {
  /** Starts the run if it is its turn. Gives the runs it has to wait for: none where it has started. */
  ask(): readonly string[] | Promise<readonly string[]>;
  /** Whether the run was told, from outside of this process, not to wait any more. */
  isCalledOff(): boolean | Promise<boolean>;
  /**
   * Calls back, once or more often, when it may have become its turn; and says whether that is because a run of this process has ended.
   * Gives what ends that.
   */
  listen(callback: (hasEnded: boolean) => void): () => void;
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
  readonly #behind: (runs: readonly string[]) => void;
  #stopped = false;
  #call: () => void = () => undefined;
  #leave: () => void = () => undefined;

  /** @param behind Is told of the runs it waits for, whenever they may have become others; of none when it waits no more. */
  constructor(
    run: string,
    workflow: string,
    limit: number,
    ifFull: IfFull,
    behind: (runs: readonly string[]) => void,
  ) {
    this.#run = run;
    this.#workflow = workflow;
    this.limit = limit;
    this.#ifFull = ifFull;
    this.#behind = behind;
  }

  /**
   * Waits until it is the run's turn, or until it is not to wait any more.
   *
   * @param tell Is told of the runs it waits for, where it has to wait, and is waited for.
   * @throws TooManyRunsError where it is not to wait; whatever the line throws.
   */
  async take(line: Line, tell: (runs: readonly string[]) => void | Promise<void>): Promise<void> {
    try {
      await this.#wait(line, tell);
    } finally {
      this.#behind([]);
    }
  }

  async #wait(line: Line, tell: (runs: readonly string[]) => void | Promise<void>): Promise<void> {
    let told = false;
    while (!this.#stopped) {
      // Listened to before it is asked: nobody may leave in between unheard.
      const called = new Promise<void>((resolve) => {
        this.#call = resolve;
      });
      const deafen = line.listen((hasEnded) => {
        // Before anybody else hears of that end: it may be its turn now, and then it does not wait.
        if (hasEnded) this.#behind([]);
        this.#call();
      });
      try {
        const runs = await line.ask();
        if (runs.length === 0) return;
        if (this.#ifFull === 'fail') throw new TooManyRunsError(this.#run, this.#workflow, this.limit, runs);
        if (!told) await tell(runs);
        told = true;
        this.#behind(runs);
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
  return new Turn(run.id, workflow, limit, settings.ifFull, behindOwn(settings));
}

/**
 * A run that waits for none but runs of its own tree goes on when those do: it has its process wait no longer than they. That is
 * seen by their IDs, which begin as that of the run above them all.
 */
function behindOwn({ root, onWait }: RunSettings): (runs: readonly string[]) => void {
  let waits = false;
  return (runs) => {
    const now = runs.length > 0 && runs.every((run) => run.startsWith(`${root}~`));
    if (now === waits) return;
    waits = now;
    onWait?.(now ? Infinity : undefined);
  };
}
