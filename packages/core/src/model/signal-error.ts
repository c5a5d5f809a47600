import { didYouMean } from '../lib/suggest.ts';
import { WorkflowError } from './error.ts';

/** No signal came in the time that the task waits for one. Neither retried nor mended: the task says what then. */
export class SignalTimeoutError extends WorkflowError {
  readonly code = 'signal_timeout' as const;
  readonly task: string;
  readonly signal: string;
  readonly timeoutMs: number;

  constructor(task: string, signal: string, timeoutMs: number) {
    super(`task '${task}' waited ${timeoutMs} ms for signal '${signal}', and it did not come`);
    this.task = task;
    this.signal = signal;
    this.timeoutMs = timeoutMs;
  }
}

/** A signal that no task of the run can take: none waits for one of that name, or those that did have ended. */
export class SignalRefusedError extends WorkflowError {
  readonly code = 'signal_refused' as const;
  readonly signal: string;

  /**
   * @param names The signals that tasks of the run wait for, ended ones included.
   * @param tasks Those that waited for this one.
   */
  constructor(workflow: string, signal: string, names: readonly string[], tasks: readonly string[]) {
    super(
      tasks.length > 0
        ? `signal '${signal}' comes too late: what waits for it in workflow '${workflow}' has ended (${tasks.join(', ')})`
        : `no task of workflow '${workflow}' waits for a signal '${signal}'${hint(signal, names)}`,
    );
    this.signal = signal;
  }
}

function hint(signal: string, names: readonly string[]): string {
  if (names.length === 0) return `: it waits for none`;
  return didYouMean(signal, names) || `; its signals are ${names.join(', ')}`;
}
