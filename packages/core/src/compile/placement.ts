import type { TaskDefinition } from '../model/definition.ts';
import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.ts';
import type { IsolatePolicy, Placement, PlannedDemand, Pool, ResourceAmounts } from '../model/placement.ts';
import { isPool, readAmounts } from '../model/placement-check.ts';
import { parseBytes } from '../lib/bytes.ts';
import { show } from './show.ts';

type Bad = (code: DiagnosticCode, message: string) => void;

/** What a task takes of pools and of the machine, and how it is isolated, as numbers; what is wrong is reported. */
export function planPlacement(
  task: TaskDefinition,
  report: (diagnostic: Diagnostic) => void,
): Placement | undefined {
  const { id, pools, resources, isolate } = task;
  if ((pools ?? resources ?? isolate) === undefined) return undefined;
  const bad: Bad = (code, message) => report({ code, task: id, message: `task '${id}': ${message}` });
  return Object.freeze({
    pools: Object.freeze(pools === undefined ? [] : planPools(pools, bad)),
    resources: resources === undefined ? undefined : planResources(resources, bad),
    isolate: isolate === undefined ? undefined : planIsolation(isolate, bad),
  });
}

function planPools(given: unknown, bad: Bad): PlannedDemand[] {
  if (!Array.isArray(given)) {
    bad('bad_pool', `its pools are a list, not ${show(given)}`);
    return [];
  }
  const demands = new Map<string, PlannedDemand>();
  for (const demand of given as readonly unknown[]) {
    const planned = planDemand(demand, bad);
    if (planned === undefined) continue;
    const { name } = planned.pool;
    if (demands.has(name))
      bad('bad_pool', `it names pool '${name}' twice; name it once, with the slots it needs in all`);
    demands.set(name, planned);
  }
  return [...demands.values()].sort((a, b) => (a.pool.name < b.pool.name ? -1 : 1));
}

function planDemand(given: unknown, bad: Bad): PlannedDemand | undefined {
  const { pool, slots = 1, key } = (given ?? {}) as Readonly<Record<string, unknown>>;
  const isUsable = isPool(pool, (option, wanted, value) => {
    if (option === 'pool') bad('bad_pool', `.pool() takes a pool ${wanted}, not ${show(value)}`);
    else bad('bad_pool', `${option} of ${nameOf(pool)} must be ${wanted}, not ${show(value)}`);
  });
  if (!isUsable) return undefined;
  if (key !== undefined && typeof key !== 'function')
    bad('bad_pool', `its key for pool '${pool.name}' is a function of the task's data, not ${show(key)}`);
  if (!Number.isInteger(slots) || (slots as number) < 1) {
    bad('bad_pool', `it takes a whole number of slots from 1 of pool '${pool.name}', not ${show(slots)}`);
    return undefined;
  }
  const demand = { pool, slots: slots as number, key: key as PlannedDemand['key'] };
  checkRoom(demand, bad);
  return Object.freeze(demand);
}

/** What is more than there is would be waited for without end. */
function checkRoom({ pool, slots, key }: PlannedDemand, bad: Bad): void {
  const few = `take fewer, or make the pool larger`;
  if (pool.slots !== undefined && slots > pool.slots)
    bad('bad_pool', `it takes ${slots} slots of pool '${pool.name}', which has only ${pool.slots}; ${few}`);
  else if (key !== undefined && pool.perKey !== undefined && slots > pool.perKey)
    bad(
      'bad_pool',
      `it takes ${slots} slots of pool '${pool.name}', which has only ${pool.perKey} per key; ${few}`,
    );
}

function nameOf(pool: unknown): string {
  const { name } = pool as Partial<Pool>;
  return typeof name === 'string' ? `pool '${name}'` : 'a pool';
}

function planResources(given: unknown, bad: Bad): ResourceAmounts {
  const amounts = readAmounts(given, (option, wanted, value) => {
    const what = option === 'resources' ? option : `resources.${option}`;
    bad('bad_resources', `${what} must be ${wanted}, not ${show(value)}`);
  });
  return Object.freeze({ cpu: 0, memoryBytes: 0, gpu: 0, diskBytes: 0, ...amounts });
}

function planIsolation(given: unknown, bad: Bad): IsolatePolicy {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    bad('bad_isolation', `.isolate() takes options such as { memory: '512MB' }, not ${show(given)}`);
    return { memoryBytes: undefined, env: undefined };
  }
  const { memory, env, ...others } = given as Readonly<Record<string, unknown>>;
  for (const option of Object.keys(others))
    bad('bad_isolation', `.isolate() has no option '${option}'; its options are memory, env`);
  const memoryBytes = parseBytes(memory);
  if (memory !== undefined && !((memoryBytes ?? 0) > 0)) {
    const forms = `bytes, or '512MB', '2GB', '1.5GiB'`;
    bad('bad_isolation', `isolate.memory is more than no memory (${forms}), not ${show(memory)}`);
  }
  if (env !== undefined) checkEnv(env, bad);
  return Object.freeze({ memoryBytes, env: env as IsolatePolicy['env'] });
}

function checkEnv(env: unknown, bad: Bad): void {
  if (typeof env !== 'object' || env === null || Array.isArray(env))
    return bad('bad_isolation', `isolate.env is an object of names and texts, not ${show(env)}`);
  for (const [name, value] of Object.entries(env)) {
    if (typeof value !== 'string')
      bad('bad_isolation', `isolate.env.${name} is a text, not ${show(value)}; leave it out to unset it`);
  }
}
