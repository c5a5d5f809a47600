import type { LogFields, LogLevel } from '../model/context.ts';
import type { Plan, TaskIndex } from '../model/plan.ts';
import type { RunResult } from '../model/result.ts';
import type { Publisher } from './publisher.ts';

/**
 * Tells whoever listens what became true of a run and its tasks, each fact as an event. While nobody listens nothing
 * is made. `at` is in milliseconds since the epoch.
 */
export class Journal {
  readonly #plan: Plan;
  readonly #publisher: Publisher;
  readonly #run: { readonly id: string };

  constructor(plan: Plan, publisher: Publisher, run: { readonly id: string }) {
    this.#plan = plan;
    this.#publisher = publisher;
    this.#run = run;
  }

  /** An observer is being told something right now. */
  get telling(): boolean {
    return this.#publisher.publishing;
  }

  runStarted(input: unknown, at: number): void {
    if (!this.#publisher.wanted) return;
    const { id: workflow, version, tasks } = this.#plan;
    const total = tasks.length;
    this.#publisher.publish({ type: 'run.started', run: this.#run.id, at, workflow, version, input, total });
  }

  runCancelling(reason: unknown, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#publisher.publish({ type: 'run.cancelling', run: this.#run.id, at, reason });
  }

  runFinished({ state, succeeded, total, endedAt: at, error, output }: RunResult): void {
    if (!this.#publisher.wanted) return;
    const event = { type: 'run.finished', run: this.#run.id, at, state, succeeded, total } as const;
    this.#publisher.publish({
      ...event,
      ...(error !== undefined && { error }),
      ...(output !== undefined && { output }),
    });
  }

  queued(task: TaskIndex, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#publisher.publish({ type: 'task.queued', run: this.#run.id, at, task: this.#idOf(task) });
  }

  attemptStarted(task: TaskIndex, attempt: number, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#publisher.publish({
      type: 'attempt.started',
      run: this.#run.id,
      at,
      task: this.#idOf(task),
      attempt,
    });
  }

  /** @param retryInMs The wait before the next attempt; none follows where it is left out. */
  attemptFailed(task: TaskIndex, attempt: number, error: Error, at: number, retryInMs?: number): void {
    if (!this.#publisher.wanted) return;
    const event = {
      type: 'attempt.failed',
      run: this.#run.id,
      at,
      task: this.#idOf(task),
      attempt,
      error,
    } as const;
    this.#publisher.publish(retryInMs === undefined ? event : { ...event, retryInMs });
  }

  succeeded(task: TaskIndex, output: unknown, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#publisher.publish({
      type: 'task.succeeded',
      run: this.#run.id,
      at,
      task: this.#idOf(task),
      output,
    });
  }

  failed(task: TaskIndex, error: Error, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#publisher.publish({ type: 'task.failed', run: this.#run.id, at, task: this.#idOf(task), error });
  }

  upstreamFailed(task: TaskIndex, causeTask: TaskIndex, at: number): void {
    if (!this.#publisher.wanted) return;
    const cause = this.#idOf(causeTask);
    this.#publisher.publish({
      type: 'task.upstream_failed',
      run: this.#run.id,
      at,
      task: this.#idOf(task),
      cause,
    });
  }

  cancelled(task: TaskIndex, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#publisher.publish({ type: 'task.cancelled', run: this.#run.id, at, task: this.#idOf(task) });
  }

  log(
    task: string,
    attempt: number,
    level: LogLevel,
    message: string,
    fields: LogFields | undefined,
    at: number,
  ): void {
    if (!this.#publisher.wanted) return;
    const event = { type: 'task.log', run: this.#run.id, at, task, attempt, level, message } as const;
    this.#publisher.publish(fields === undefined ? event : { ...event, fields });
  }

  #idOf(task: TaskIndex): string {
    return this.#plan.tasks[task]?.id ?? '';
  }
}
