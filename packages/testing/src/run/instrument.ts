import type { ChildWorkflow, Handler, Schema, TaskDefinition, WorkflowDefinition } from '@wf-sdk/core';
import { isTimed } from './after.ts';
import { type AttemptKit, stubHandler, testedHandler, untilStopped } from './attempts.ts';
import type { FailurePlan } from './failures.ts';
import { secretsGiven } from './secrets.ts';

/** What is put into a workflow for a test. */
export interface Parts {
  readonly stubs: Readonly<Record<string, unknown>>;
  readonly failures: Readonly<Record<string, FailurePlan | undefined>>;
  readonly conditions: Readonly<Record<string, boolean | (() => boolean) | undefined>>;
  readonly compensations: Readonly<Record<string, unknown>>;
  /** The secrets that the test gives. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Runs isolated tasks elsewhere, as they are; else they run on this thread. */
  readonly isolates: boolean;
  /** Tasks are admitted by what they need of a machine. */
  readonly measures: boolean;
  readonly kit: AttemptKit;
  /** Is told of a task without a stub that was about to run, where that is forbidden: why it may not. */
  readonly refuse: ((task: string) => void) | undefined;
}

/** A workflow's definition with stubs and failures in it. */
export function instrument(definition: WorkflowDefinition, parts: Parts): WorkflowDefinition {
  return { ...definition, tasks: definition.tasks.map((task) => instrumentTask(task, parts)) };
}

function instrumentTask(original: TaskDefinition, parts: Parts): TaskDefinition {
  const isStubbed = Object.hasOwn(parts.stubs, original.id);
  const task = isStubbed ? stubbed(original, parts) : unstubbed(original, parts);
  const { handler } = task;
  return {
    ...task,
    handler: handler && testedHandler(handler, parts.failures[original.id], parts.kit),
    isolate: parts.isolates && !isStubbed ? task.isolate : undefined,
    resources: parts.measures ? task.resources : undefined,
    conditions: conditionsOf(task, parts.conditions[original.id]),
    compensate: compensation(original, isStubbed, parts),
  };
}

function stubbed(task: TaskDefinition, { stubs, secrets, kit }: Parts): TaskDefinition {
  const stub = stubs[task.id];
  const handler = stubHandler(stub, kit);
  return {
    ...task,
    child: undefined,
    sleep: undefined,
    secrets: secretsGiven(task, secrets),
    signal: undefined,
    fanOut: isForItems(stub) ? task.fanOut : undefined,
    handler: task.output === undefined ? handler : unchecked(handler),
    output: task.output && checkedUnlessStubbed(task.output),
  };
}

/** A function stands for the handler of each item; anything else for all items together. */
export function isForItems(stub: unknown): boolean {
  return typeof stub === 'function' || (isTimed(stub) && typeof stub.output === 'function');
}

function unstubbed(task: TaskDefinition, parts: Parts): TaskDefinition {
  const { child, sleep, signal, handler } = task;
  if ((sleep ?? signal) !== undefined) return task;
  if (child !== undefined) return { ...task, child: instrumentedChild(task.id, child, parts) };
  const { refuse } = parts;
  if (refuse === undefined || handler === undefined) return task;
  return { ...task, handler: forbidden(task.id, refuse) };
}

function forbidden(task: string, refuse: (task: string) => void): Handler {
  return (_data, context) => {
    refuse(task);
    return untilStopped(context);
  };
}

/** The tasks of a workflow below are not stubbed: they are tested in runs of their own. */
function instrumentedChild(task: string, { workflow, input }: ChildWorkflow, parts: Parts): ChildWorkflow {
  const { refuse } = parts;
  const below: Parts = {
    ...parts,
    stubs: {},
    failures: {},
    conditions: {},
    compensations: {},
    refuse: refuse && (() => refuse(task)),
  };
  const known = new WeakMap<WorkflowDefinition, { readonly definition: WorkflowDefinition }>();
  const instrumented = (): { readonly definition: WorkflowDefinition } => {
    const { definition } = typeof workflow === 'function' ? workflow() : workflow;
    const child = known.get(definition) ?? { definition: instrument(definition, below) };
    known.set(definition, child);
    return child;
  };
  return { workflow: instrumented, input };
}

function conditionsOf(
  { conditions }: TaskDefinition,
  said: boolean | (() => boolean) | undefined,
): TaskDefinition['conditions'] {
  if (said === undefined) return conditions;
  return [typeof said === 'function' ? said : () => said];
}

/** A stubbed task has done nothing that would have to be undone. */
function compensation(
  { id, compensate }: TaskDefinition,
  isStubbed: boolean,
  { compensations, kit }: Parts,
): TaskDefinition['compensate'] {
  if (compensate === undefined) return undefined;
  const stub = compensations[id];
  const isReplaced = typeof stub === 'function';
  const real = isStubbed ? () => undefined : compensate.undo;
  const undo = isReplaced ? (stub as typeof compensate.undo) : real;
  const failures = isReplaced ? undefined : (stub as FailurePlan | undefined);
  return {
    ...compensate,
    undo: (output, data, context) => {
      const attempt = testedHandler(() => undo(output, data, context), failures, kit);
      return attempt(data, context);
    },
  };
}

/** An output that is as it is to be: a schema that transforms would not take what it has made. */
class Stubbed {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

function unchecked(handler: Handler): Handler {
  return async (data, context) => new Stubbed(await handler(data, context));
}

/** A value that stands in for the output later on, such as a person's, is checked. */
function checkedUnlessStubbed(schema: Schema): Schema {
  const { vendor, version, validate } = schema['~standard'];
  return {
    '~standard': {
      version,
      vendor,
      validate: (value) => (value instanceof Stubbed ? { value: value.value } : validate(value)),
    },
  };
}
