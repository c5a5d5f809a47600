import type { TaskDefinition, WorkflowDefinition } from '../model/definition.ts';
import type { Duration, RetryOptions } from '../model/policy.ts';

/**
 * A workflow's structure as JSON. What JSON cannot hold, functions and schemas, is named where it belongs, so that
 * `fromJSON` can ask for each of them.
 */
export interface WorkflowJson {
  readonly format: 'wf-sdk/workflow@1';
  readonly id: string;
  readonly version: string;
  readonly description?: string;
  readonly tasks: readonly TaskJson[];
  /** There is an input schema to bind. */
  readonly input?: true;
  /** There is an output function to bind. */
  readonly output?: true;
}

export interface TaskJson {
  readonly id: string;
  readonly dependsOn?: readonly string[];
  /** The name of the handler to bind. @default the task's ID */
  readonly handler?: string;
  readonly retry?: Omit<RetryOptions, 'retryIf'> & { readonly retryIf?: true };
  readonly timeout?: Duration;
  readonly deadline?: Duration;
  readonly priority?: number;
  /** There is an output schema to bind. */
  readonly output?: true;
}

/** The structure of a workflow as plain JSON. It need not be a valid one: `compile` says what is wrong with it. */
export function toJSON(workflow: { readonly definition: WorkflowDefinition }): WorkflowJson {
  const { id, version, description, input, tasks, output } = workflow.definition;
  return {
    format: 'wf-sdk/workflow@1',
    id,
    version,
    ...(description !== undefined && { description }),
    ...(input !== undefined && { input: true }),
    tasks: tasks.map(taskToJSON),
    ...(output !== undefined && { output: true }),
  };
}

function taskToJSON({
  id,
  dependsOn,
  handlerName,
  retry,
  timeout,
  deadline,
  priority,
  output,
}: TaskDefinition): TaskJson {
  return {
    id,
    ...(dependsOn.length > 0 && { dependsOn: [...dependsOn] }),
    ...(handlerName !== undefined && { handler: handlerName }),
    ...(retry !== undefined && { retry: retryToJSON(retry) }),
    ...(timeout !== undefined && { timeout }),
    ...(deadline !== undefined && { deadline }),
    ...(priority !== undefined && { priority }),
    ...(output !== undefined && { output: true }),
  };
}

function retryToJSON({ retryIf, ...rest }: RetryOptions): NonNullable<TaskJson['retry']> {
  return retryIf === undefined ? rest : { ...rest, retryIf: true };
}
