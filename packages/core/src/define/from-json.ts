import type { Handler, TaskDefinition, WorkflowDefinition } from '../model/definition.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { DefinitionError } from '../model/error.ts';
import type { RetryOptions } from '../model/policy.ts';
import type { Schema } from '../model/schema.ts';
import type { Workflow } from './types.ts';

/** The functions and schemas that a serialised workflow names. */
export interface Bindings {
  /** Handlers by name: a reusable task's name, else the task's ID. */
  readonly handlers: Readonly<Record<string, Handler>>;
  /** The workflow's input schema. */
  readonly input?: Schema;
  /** Tasks' output schemas by task ID. */
  readonly outputs?: Readonly<Record<string, Schema>>;
  /** Tasks' `retryIf` by task ID. */
  readonly retryIf?: Readonly<Record<string, NonNullable<RetryOptions['retryIf']>>>;
  /** The workflow's output function. */
  readonly output?: (outputs: never) => unknown;
}

/**
 * Makes a workflow from what `toJSON` gave, or from JSON written elsewhere. Its structure is checked by `compile`,
 * like that of any workflow; here only what is needed to read it, and that everything it names is bound.
 *
 * @throws DefinitionError naming everything that cannot be read or is not bound.
 */
export function fromJSON(json: unknown, bindings: Bindings): Workflow {
  const problems: Diagnostic[] = [];
  const read = new Reader(bindings, problems);
  const definition = read.workflow(json);
  if (problems.length > 0) throw new DefinitionError(definition.id, problems);
  return Object.freeze({ definition: Object.freeze(definition) });
}

class Reader {
  readonly #bindings: Bindings;
  readonly #problems: Diagnostic[];

  constructor(bindings: Bindings, problems: Diagnostic[]) {
    this.#bindings = bindings;
    this.#problems = problems;
  }

  workflow(json: unknown): WorkflowDefinition {
    const {
      format,
      id,
      version = '0.0.0',
      description,
      tasks,
      input,
      output,
    } = this.#object(json, 'the workflow');
    if (format !== undefined && format !== 'wf-sdk/workflow@1') {
      this.#problem(`format ${JSON.stringify(format)} is not known; this version reads 'wf-sdk/workflow@1'`);
    }
    if (typeof id !== 'string') this.#problem(`the workflow's id must be text, not ${JSON.stringify(id)}`);
    if (typeof version !== 'string')
      this.#problem(`the workflow's version must be text, not ${JSON.stringify(version)}`);
    if (!Array.isArray(tasks)) this.#problem('the workflow needs a list of tasks');
    if (input === true) this.#bound(this.#bindings.input, 'an input schema', 'input');
    if (output === true) this.#bound(this.#bindings.output, 'an output function', 'output');
    return {
      id: typeof id === 'string' ? id : '?',
      version: String(version),
      description: typeof description === 'string' ? description : undefined,
      input: this.#bindings.input,
      tasks: Object.freeze(Array.isArray(tasks) ? tasks.map((task, place) => this.#task(task, place)) : []),
      output: this.#bindings.output,
    };
  }

  #task(json: unknown, place: number): TaskDefinition {
    const {
      id,
      dependsOn = [],
      handler: name,
      retry,
      output,
      ...policies
    } = this.#object(json, `task number ${place + 1}`);
    if (typeof id !== 'string') {
      this.#problem(`task number ${place + 1} needs an id, not ${JSON.stringify(id)}`);
      return { id: '?', dependsOn: [] };
    }
    if (!isTexts(dependsOn)) this.#problem(`task '${id}': dependsOn must be a list of task IDs`, id);
    for (const key of Object.keys(policies)) {
      if (!['timeout', 'deadline', 'priority'].includes(key))
        this.#problem(`task '${id}' has a property '${key}' that is not known`, id);
    }
    const handlerName = typeof name === 'string' ? name : id;
    const handler = lookUp(this.#bindings.handlers, handlerName);
    this.#bound(handler, `a handler for task '${id}'`, `handlers['${handlerName}']`, id);
    const schema = output === true ? lookUp(this.#bindings.outputs, id) : undefined;
    if (output === true) this.#bound(schema, `an output schema for task '${id}'`, `outputs['${id}']`, id);
    return Object.freeze({
      ...policies,
      id,
      dependsOn: Object.freeze(isTexts(dependsOn) ? [...dependsOn] : []),
      handler,
      ...(typeof name === 'string' && { handlerName: name }),
      ...(retry !== undefined && { retry: this.#retry(retry, id) }),
      ...(schema !== undefined && { output: schema }),
    });
  }

  /** What is wrong with the options themselves is for `compile` to say. */
  #retry(json: unknown, task: string): RetryOptions {
    const { retryIf, ...options } = this.#object(json, `the retry options of task '${task}'`);
    if (retryIf !== true) return options as unknown as RetryOptions;
    const bound = lookUp(this.#bindings.retryIf, task);
    this.#bound(bound, `a retryIf for task '${task}'`, `retryIf['${task}']`, task);
    return { ...options, retryIf: bound } as unknown as RetryOptions;
  }

  #object(json: unknown, subject: string): Readonly<Record<string, unknown>> {
    if (typeof json === 'object' && json !== null && !Array.isArray(json))
      return json as Record<string, unknown>;
    this.#problem(`${subject} must be an object, not ${JSON.stringify(json)}`);
    return {};
  }

  #bound(value: unknown, what: string, key: string, task?: string): void {
    if (value === undefined) this.#problem(`the workflow needs ${what}: pass it as bindings.${key}`, task);
  }

  #problem(message: string, task?: string): void {
    this.#problems.push({ code: 'bad_json', message, ...(task !== undefined && { task }) });
  }
}

function lookUp<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
