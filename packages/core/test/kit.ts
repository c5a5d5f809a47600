import type { StandardSchemaV1 } from '@standard-schema/spec';
import { VirtualClock } from '@wf-sdk/testing';

import {
  type Observer,
  run,
  type RunEvent,
  type RunHandle,
  type RunOptions,
  type RunResult,
  type Schema,
  type TaskDefinition,
  type TaskResult,
  type Workflow,
  type WorkflowDefinition,
} from '../src/index.ts';

/** An observer and what it was told. */
export function recorder(): { readonly events: RunEvent[]; readonly observe: Observer } {
  const events: RunEvent[] = [];
  return { events, observe: (event) => void events.push(event) };
}

/** Events as short lines: `task.failed b`, `attempt.started a#2`. */
export function lines(events: readonly RunEvent[]): string[] {
  return events.map((event) => {
    const task = 'task' in event ? ` ${event.task}` : '';
    const attempt = 'attempt' in event ? `#${event.attempt}` : '';
    return event.type + task + attempt;
  });
}

/** A Standard Schema of one function, which throws a string for what does not fit. */
export function schemaOf<In, Out>(check: (value: In) => Out | Promise<Out>): Schema<In, Out> {
  const issue = (thrown: unknown): StandardSchemaV1.FailureResult => {
    if (typeof thrown !== 'string') throw thrown;
    return { issues: [{ message: thrown, path: ['at', { key: 0 }] }] };
  };
  const validate = (value: unknown): StandardSchemaV1.Result<Out> | Promise<StandardSchemaV1.Result<Out>> => {
    try {
      const made = check(value as In);
      return made instanceof Promise ? made.then((settled) => ({ value: settled }), issue) : { value: made };
    } catch (thrown) {
      return issue(thrown);
    }
  };
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

/** A task as plain data; it depends on nothing where it does not say. */
export type PlainTask = Omit<TaskDefinition, 'dependsOn'> & { readonly dependsOn?: readonly string[] };

/** A workflow of plain tasks: tests of what runs do need no builder. */
export function flowOf(tasks: readonly PlainTask[], header: Partial<WorkflowDefinition> = {}): Workflow {
  const definition = { id: 'w', version: '1.0.0', tasks: tasks.map((task) => ({ dependsOn: [], ...task })) };
  return { definition: { ...definition, ...header } };
}

/** A run in virtual time, and what it told. */
export interface Driven {
  readonly clock: VirtualClock;
  readonly handle: RunHandle<RunResult>;
  readonly events: readonly RunEvent[];
  /** Passes as much time as it takes until it ends. */
  readonly end: () => Promise<RunResult>;
}

/** Runs a workflow in virtual time, by the ID `r`; chance is always one half. */
export function drive(flow: Workflow, options: RunOptions = {}, input?: unknown): Driven {
  const clock = options.clock instanceof VirtualClock ? options.clock : new VirtualClock();
  const { events, observe } = recorder();
  const observers = [observe, ...(options.observers ?? [])];
  const handle = run(flow, input, { id: 'r', random: () => 0.5, ...options, clock, observers });
  return { clock, handle, events, end: () => clock.passUntil(handle) };
}

/** What became of each task: its state, and why where it was skipped. */
export function statesOf({ tasks }: RunResult): Record<string, string> {
  return Object.fromEntries(
    Object.values(tasks).map(({ id, state, reason }) => [
      id,
      reason === undefined ? state : `${state} ${reason}`,
    ]),
  );
}

export function taskOf({ tasks }: RunResult, id: string): TaskResult {
  const task = tasks[id];
  if (task === undefined) throw new RangeError(`no task '${id}' in this result`);
  return task;
}

/** A handler that fails. */
export const fails = (): never => {
  throw new Error('no');
};

/** A handler that runs until it is told to stop, and then fails with the reason. */
export const untilAborted = (_: never, { signal }: { readonly signal: AbortSignal }): Promise<never> =>
  new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
