import { Attempt, Item } from '../execute/attempt.ts';
import { RunNotKeptError, StructureChangedError } from '../model/durable-error.ts';
import type { ChildWorkflow } from '../model/definition.ts';
import { CancelledError } from '../model/error.ts';
import type { RunEvent } from '../model/event.ts';
import type { TaskIndex } from '../model/plan.ts';
import type { RunResult } from '../model/result.ts';
import { isAhead } from '../runtime/ahead.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type ChildPlace, placeOf } from './child-id.ts';
import { childOutput } from './ending.ts';

/**
 * How a run is begun below a task of another: `run/child.ts`, which compiles its workflow first.
 *
 * @param left The ID of one that is kept, to be gone on with.
 */
export type BeginChild<Run> = (
  parent: Run,
  attempt: Attempt,
  child: ChildWorkflow,
  data: never,
  left?: string,
) => Run;

/** A run, above others or below. */
interface NestedRun {
  readonly id: string;
  readonly retries: number;
  readonly result: Promise<RunResult>;
  cancel(reason: unknown, options: { readonly force: boolean }): Promise<RunResult>;
}

/** What ending them needs of the run above. */
interface BelowHost {
  /** Nothing is waited for any more. */
  isForced(): boolean;
  /** Whether a run that is kept has not ended. */
  isOpen(id: string): Promise<boolean>;
  /** One of them can be kept no more, or cannot be ended: nor can the run above. */
  broken(error: Error): void;
}

/**
 * The runs below a run: those of its attempts, and those that a process before this one left open. None outlives the attempt that
 * runs it: one that was left, and whose attempt is over or will not be made again, is begun once more, told to stop, and thereby ends
 * as it would have in one process.
 */
export class Below<Run extends NestedRun> {
  readonly #above: Run;
  readonly #runtime: Runtime;
  readonly #begin: BeginChild<Run>;
  readonly #host: BelowHost;
  readonly #underWay = new Map<Run, Attempt>();
  /** Those of a process before this one, until they have ended. */
  #left: Map<string, ChildPlace | undefined> | undefined;
  #looksSoon = false;
  #emptied: (() => void) | undefined;

  constructor(above: Run, runtime: Runtime, begin: BeginChild<Run>, host: BelowHost) {
    this.#above = above;
    this.#runtime = runtime;
    this.#begin = begin;
    this.#host = host;
  }

  get runs(): readonly Run[] {
    return [...this.#underWay.keys()];
  }

  /** Whether none of them is open, here or in the store. */
  get isEmpty(): boolean {
    return this.#underWay.size === 0 && (this.#left?.size ?? 0) === 0;
  }

  /** Whether one of them is being ended, or is to be, that no attempt waits for. */
  get isEnding(): boolean {
    for (const attempt of this.#underWay.values()) if (!this.#runtime.attempts.isLive(attempt)) return true;
    return this.#strays().length > 0;
  }

  /** Runs one for an attempt, and gives its output. @throws WorkflowError where it has none; whatever `begin` throws */
  async run(attempt: Attempt, child: ChildWorkflow, data: never): Promise<unknown> {
    const run = this.#begin(this.#above, attempt, child, data);
    this.#underWay.set(run, attempt);
    const result = await run.result;
    if (this.#left?.has(run.id) === true) await this.#isLeft(run.id);
    const { error } = result;
    if (error instanceof RunNotKeptError) this.#host.broken(error.cause as Error);
    this.#ended(run, attempt);
    return childOutput(result);
  }

  /** These are open, of a process before this one. Gives what is to hear the run above: any event may end an attempt. */
  takeUp(left: readonly string[]): (event: RunEvent) => void {
    this.#left = new Map(left.map((id) => [id, placeOf(this.#above.id, id)]));
    return ({ run }) => {
      if (run === this.#above.id) this.#lookSoon();
    };
  }

  #lookSoon(): void {
    if (this.#looksSoon || this.#left === undefined || this.#left.size === 0) return;
    this.#looksSoon = true;
    // It is told in the midst of a step.
    queueMicrotask(() => {
      this.#looksSoon = false;
      this.#endStrays();
    });
  }

  /** No task of the run above is open any more. Settles when none of these is, either. */
  end(): Promise<void> {
    this.#endStrays();
    return new Promise((resolve) => {
      if (this.#underWay.size === 0) resolve();
      else this.#emptied = resolve;
    });
  }

  /** The run above is kept no more: what is left stays so, to be gone on with. */
  abandon(): void {
    this.#left = undefined;
  }

  #strays(): readonly string[] {
    if (this.#left === undefined || this.#left.size === 0) return [];
    const underWay = new Set(this.runs.map(({ id }) => id));
    return Array.from(this.#left)
      .filter(([id, place]) => !underWay.has(id) && !this.#mayGoOn(place))
      .map(([id]) => id);
  }

  #mayGoOn(place: ChildPlace | undefined): boolean {
    const index = this.#indexOf(place);
    if (place === undefined || index === undefined || place.retries !== this.#above.retries) return false;
    return isAhead(this.#runtime, index, place.item, place.attempt);
  }

  #indexOf(place: ChildPlace | undefined): TaskIndex | undefined {
    return this.#runtime.plan.indexOf.get(place?.task ?? '');
  }

  #endStrays(): void {
    for (const id of this.#strays()) {
      if (this.#left === undefined) return;
      try {
        this.#endStray(id);
      } catch (error) {
        this.#host.broken(error as Error);
      }
    }
  }

  /** @throws StructureChangedError; DefinitionError, RecursionError, and whatever the function throws that names the workflow */
  #endStray(id: string): void {
    const place = this.#left?.get(id);
    const { plan, attemptHost } = this.#runtime;
    const index = this.#indexOf(place);
    const task = index === undefined ? undefined : plan.tasks[index];
    const { child } = task?.definition ?? {};
    if (place === undefined || task === undefined || child === undefined)
      throw new StructureChangedError(id, plan.id, [`no task of run ${this.#above.id} runs it any more`]);
    const { attempt: number, item } = place;
    const items = item === undefined ? undefined : new Item(task.index, item, undefined, number);
    const attempt = new Attempt(attemptHost, task, number, items);
    const reason = this.#reasonFor(task.index, task.id);
    attempt.abort(reason);
    const run = this.#begin(this.#above, attempt, child, undefined as never, id);
    this.#underWay.set(run, attempt);
    if (this.#host.isForced()) void run.cancel(reason, { force: true });
    void run.result.then(async ({ error }) => {
      if ((await this.#isLeft(id)) && error !== undefined)
        this.#host.broken(error instanceof RunNotKeptError ? (error.cause as Error) : error);
      this.#ended(run, attempt);
    });
  }

  #reasonFor(task: TaskIndex, id: string): unknown {
    const { ledger, scheduler, failure, cancelReason } = this.#runtime;
    const own = ledger.errorOf(task);
    if (own !== undefined) return own;
    if (scheduler.isCancelled(task)) return failure ?? new CancelledError(cancelReason);
    return ledger.attemptErrors(task).at(-1) ?? new CancelledError(`task '${id}' waits for it no more`);
  }

  /** Whether one that was left is open still. It is forgotten where it is not. */
  async #isLeft(id: string): Promise<boolean> {
    try {
      if (await this.#host.isOpen(id)) return true;
      this.#left?.delete(id);
    } catch (error) {
      this.#host.broken(error as Error);
    }
    return false;
  }

  #ended(run: Run, attempt: Attempt): void {
    this.#underWay.delete(run);
    this.#runtime.waits.endChild(attempt);
    // One that was gone on with, and refused before anything of it was kept, is open still.
    if (this.#emptied !== undefined) this.#endStrays();
    if (this.#underWay.size === 0) this.#emptied?.();
  }
}
