import type { Plan, RunEvent, TaskState } from '@wf-sdk/core';

/** What a reader of the terminal knows of one task. */
export interface TaskView {
  readonly id: string;
  readonly maxAttempts: number;
  state: TaskState;
  attempt: number;
  /** Milliseconds since the epoch. */
  startedAt: number | undefined;
  endedAt: number | undefined;
  /** When the next attempt is due. */
  retryAt: number | undefined;
  error: unknown;
  cause: string | undefined;
}

/** A run as its events have told it so far. */
export class RunView {
  readonly title: string;
  readonly tasks: readonly TaskView[];
  startedAt = 0;
  cancelling = false;
  readonly #byId: ReadonlyMap<string, TaskView>;

  constructor(plan: Plan) {
    this.title = plan.id;
    this.tasks = plan.tasks.map(({ id, retry }) => ({
      id,
      maxAttempts: retry?.attempts ?? 1,
      state: 'pending',
      attempt: 0,
      startedAt: undefined,
      endedAt: undefined,
      retryAt: undefined,
      error: undefined,
      cause: undefined,
    }));
    this.#byId = new Map(this.tasks.map((task) => [task.id, task]));
  }

  countIn(...states: TaskState[]): number {
    return this.tasks.reduce((sum, task) => sum + (states.includes(task.state) ? 1 : 0), 0);
  }

  apply(event: RunEvent): void {
    if (event.type === 'run.started') this.startedAt = event.at;
    if (event.type === 'run.cancelling') this.cancelling = true;
    const task = 'task' in event ? this.#byId.get(event.task) : undefined;
    if (task !== undefined) applyToTask(task, event);
  }
}

function applyToTask(task: TaskView, event: RunEvent): void {
  switch (event.type) {
    case 'task.queued':
      task.state = 'queued';
      break;
    case 'attempt.started':
      task.state = 'running';
      task.attempt = event.attempt;
      task.startedAt ??= event.at;
      task.retryAt = undefined;
      break;
    case 'attempt.failed':
      task.error = event.error;
      if (event.retryInMs === undefined) break;
      task.state = 'retrying';
      task.retryAt = event.at + event.retryInMs;
      break;
    case 'task.succeeded':
      end(task, 'succeeded', event.at);
      break;
    case 'task.failed':
      task.error = event.error;
      end(task, 'failed', event.at);
      break;
    case 'task.upstream_failed':
      task.cause = event.cause;
      end(task, 'upstream_failed', event.at);
      break;
    case 'task.cancelled':
      end(task, 'cancelled', event.at);
      break;
    case 'task.log':
    case 'run.started':
    case 'run.cancelling':
    case 'run.finished':
      break;
  }
}

function end(task: TaskView, state: TaskState, at: number): void {
  task.state = state;
  task.endedAt = at;
}
