import type { FailurePolicy, OnFailure, WorkflowDefinition } from '../model/definition.ts';
import { DefinitionError } from '../model/error.ts';
import type { Bindings } from './bindings.ts';
import { JsonReader } from './json-reader.ts';
import { taskFromJSON } from './task-from-json.ts';
import type { Workflow } from './types.ts';

/**
 * Makes a workflow from what `toJSON` gave, or from JSON written elsewhere. Its structure is checked by `compile`,
 * like that of any workflow; here only what is needed to read it, and that everything it names is bound.
 *
 * @throws DefinitionError naming everything that cannot be read or is not bound.
 */
export function fromJSON(json: unknown, bindings: Bindings): Workflow {
  const reader = new JsonReader(bindings);
  const definition = workflowFromJSON(json, reader);
  if (reader.problems.length > 0) throw new DefinitionError(definition.id, reader.problems);
  return Object.freeze({ definition: Object.freeze(definition) });
}

function workflowFromJSON(json: unknown, reader: JsonReader): WorkflowDefinition {
  const { bindings } = reader;
  const workflow = reader.object(json, 'the workflow');
  const {
    format,
    id,
    version = '0.0.0',
    description,
    module,
    onFailure,
    failurePolicy,
    maxActiveRuns,
    tasks,
  } = workflow;
  if (format !== undefined && format !== 'wf-sdk/workflow@1')
    reader.problem(`format ${JSON.stringify(format)} is not known; this version reads 'wf-sdk/workflow@1'`);
  if (typeof id !== 'string') reader.problem(`the workflow's id must be text, not ${JSON.stringify(id)}`);
  if (typeof version !== 'string')
    reader.problem(`the workflow's version must be text, not ${JSON.stringify(version)}`);
  if (!Array.isArray(tasks)) reader.problem('the workflow needs a list of tasks');
  if (workflow['input'] === true) reader.bound(bindings.input, 'an input schema', 'input');
  if (workflow['output'] === true) reader.bound(bindings.output, 'an output function', 'output');
  return {
    id: typeof id === 'string' ? id : '?',
    version: String(version),
    description: typeof description === 'string' ? description : undefined,
    module: typeof module === 'string' ? module : undefined,
    // Whether these are ones there are is for `compile` to say.
    onFailure: onFailure as OnFailure | undefined,
    failurePolicy: failurePolicy as FailurePolicy | undefined,
    maxActiveRuns: maxActiveRuns as number | undefined,
    input: bindings.input,
    tasks: Object.freeze(
      Array.isArray(tasks) ? tasks.map((task, place) => taskFromJSON(task, place, reader)) : [],
    ),
    output: bindings.output,
  };
}
