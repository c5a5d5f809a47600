import type { TaskDefinition } from '../model/definition.ts';
import { skip } from '../model/skip.ts';
import { isObject, type JsonReader, lookUp, TaskJsonReader } from './json-reader.ts';

/** Reads one task; `place` is its number from 0. What is wrong with the values themselves is for `compile` to say. */
export function taskFromJSON(json: unknown, place: number, reader: JsonReader): TaskDefinition {
  const { id, dependsOn = [], handler, ...others } = reader.object(json, `task number ${place + 1}`);
  if (typeof id !== 'string') {
    reader.problem(`task number ${place + 1} needs an id, not ${JSON.stringify(id)}`);
    return { id: '?', dependsOn: [] };
  }
  const task = new TaskJsonReader(id, reader);
  const works = ['child', 'sleep', 'signal'].some((key) => others[key] !== undefined);
  const read: Record<string, unknown> = {
    id,
    dependsOn: readIds(dependsOn, task),
    ...(!works && { handler: readHandler(handler, task) }),
    ...(typeof handler === 'string' && { handlerName: handler }),
  };
  for (const [key, field] of Object.entries(FIELDS)) {
    if (others[key] !== undefined) read[key] = field(others[key], task);
  }
  for (const key of Object.keys(others)) if (!Object.hasOwn(FIELDS, key)) task.unknown(key);
  return Object.freeze(read as unknown as TaskDefinition);
}

type Read = (value: unknown, task: TaskJsonReader) => unknown;

const asItIs: Read = (value) => value;

/** How each property is read that a task can have beside its ID, its dependencies and its handler. */
const FIELDS: {
  readonly [Key in Exclude<keyof TaskDefinition, 'id' | 'dependsOn' | 'place' | `handler${string}`>]-?: Read;
} = {
  output: readOutput,
  triggerRule: asItIs,
  conditions: (value, task) => task.named(value, 'conditions', 'conditions'),
  branches: readBranches,
  runAlways: asItIs,
  teardownOf: asItIs,
  allowFailure: asItIs,
  fanOut: readFanOut,
  child: (value, task) => task.named(value, 'child', 'a workflow to run'),
  sleep: readSleep,
  signal: readSignal,
  retry: readRetry,
  timeout: asItIs,
  deadline: asItIs,
  queueTimeout: asItIs,
  sla: asItIs,
  breaker: readBreaker,
  fallback: readFallback,
  recover: (value, task) => task.named(value, 'recover', 'recovery rules'),
  compensate: (value, task) => task.named(value, 'compensate', 'an undo function'),
  cache: readCache,
  priority: asItIs,
  pools: readPools,
  resources: asItIs,
  isolate: asItIs,
  secrets: asItIs,
};

function readIds(value: unknown, task: TaskJsonReader): readonly string[] {
  const ids = Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
  if (!Array.isArray(value) || ids.length < value.length)
    task.problem(`dependsOn must be a list of task IDs`);
  return Object.freeze(ids);
}

function readHandler(name: unknown, task: TaskJsonReader): unknown {
  const key = typeof name === 'string' ? name : task.id;
  return task.bound(lookUp(task.bindings.handlers, key), 'a handler', `handlers['${key}']`);
}

function readOutput(value: unknown, task: TaskJsonReader): unknown {
  if (value !== true) return undefined;
  return task.bound(lookUp(task.bindings.outputs, task.id), 'an output schema', `outputs['${task.id}']`);
}

function readBranches(value: unknown, task: TaskJsonReader): unknown {
  const branches = task.list(value, 'branches').map((branch) => {
    const { task: on, labels } = task.object(branch, 'each of its branches');
    if (typeof on !== 'string') task.problem(`a branch needs the ID of a task, not ${JSON.stringify(on)}`);
    return Object.freeze({ task: on, labels: Object.freeze(task.list(labels, 'the labels of a branch')) });
  });
  return Object.freeze(branches);
}

function readFanOut(value: unknown, task: TaskJsonReader): unknown {
  const { kind, axes, ...options } = task.object(value, 'fanOut');
  if (kind === 'each') {
    const select = task.named(true, 'select', 'a function that gives the items');
    return Object.freeze({ ...options, kind, select });
  }
  if (kind !== 'matrix') task.problem(`fanOut needs a kind, "each" or "matrix", not ${JSON.stringify(kind)}`);
  const known =
    axes === true ? task.named(axes, 'axes', 'the axes of the matrix') : task.object(axes, 'axes');
  return Object.freeze({ ...options, kind: 'matrix', axes: known });
}

function readSleep(value: unknown, task: TaskJsonReader): unknown {
  if (value === true) return task.named(value, 'sleep', 'a function that says how long to sleep');
  return isObject(value) ? new Date(String(value['until'])) : value;
}

function readSignal(value: unknown, task: TaskJsonReader): unknown {
  const { name, timeout, onTimeout, ...others } = task.object(value, 'signal');
  for (const key of Object.keys(others)) task.unknown(`signal.${key}`);
  const schema = task.named(true, 'signal', 'the schema of its signal');
  return Object.freeze({ name, schema, timeout, onTimeout: readOnTimeout(onTimeout, task) });
}

function readOnTimeout(value: unknown, task: TaskJsonReader): unknown {
  if (value === undefined) return undefined;
  if (value === 'fail' || value === 'skip') return Object.freeze({ kind: value });
  const given = isObject(value)
    ? value['value']
    : task.named(value, 'onTimeout', 'the value for a signal that does not come');
  return Object.freeze({ kind: 'value', value: given });
}

function readRetry(value: unknown, task: TaskJsonReader): unknown {
  const { retryIf, ...options } = task.object(value, 'retry');
  if (retryIf !== true) return options;
  const bound = lookUp(task.bindings.retryIf, task.id);
  return { ...options, retryIf: task.bound(bound, 'a retryIf', `retryIf['${task.id}']`) };
}

function readBreaker(value: unknown, task: TaskJsonReader): unknown {
  if (!isObject(value)) return value;
  const { countIf, ...options } = value;
  return countIf === true ? { ...options, countIf: task.named(countIf, 'countIf', 'a countIf') } : options;
}

function readCache(value: unknown, task: TaskJsonReader): unknown {
  if (!isObject(value)) return value;
  const { key, ...options } = value;
  return key === true ? { ...options, key: task.named(key, 'cacheKey', 'a cache key') } : options;
}

function readFallback(value: unknown, task: TaskJsonReader): unknown {
  if (value === 'skip') return Object.freeze({ kind: 'value', value: skip });
  if (isObject(value)) return Object.freeze({ kind: 'value', value: value['value'] });
  return task.named(value, 'fallback', 'a fallback');
}

function readPools(value: unknown, task: TaskJsonReader): unknown {
  const pools = task.list(value, 'pools').map((demand) => {
    const { key, ...rest } = task.object(demand, 'each of its pools');
    if (key !== true) return Object.freeze(rest);
    const name = String(task.object(rest['pool'], 'a pool')['name']);
    const bound = lookUp(task.own.keys, name);
    const where = `tasks['${task.id}'].keys['${name}']`;
    return Object.freeze({ ...rest, key: task.bound(bound, 'a key function', where) });
  });
  return Object.freeze(pools);
}
