import { sourceOf } from '../lib/source.ts';
import type { CachePolicy } from '../model/cache.ts';
import type { TaskDefinition } from '../model/definition.ts';
import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.ts';
import { planDuration } from './policies.ts';
import { show } from './show.ts';

const KEYS = ['key', 'ttl', 'version'];

type Report = (diagnostic: Diagnostic) => void;

/** How the outputs of one workflow's tasks are kept for later runs. */
export function cachePlanner(
  tasks: readonly TaskDefinition[],
  report: Report,
): (task: TaskDefinition) => CachePolicy | undefined {
  let setups: ReadonlySet<string | undefined> | undefined;
  return (task) => {
    if (task.cache === undefined) return undefined;
    setups ??= new Set(tasks.map(({ teardownOf }) => teardownOf));
    return planCache(task, setups.has(task.id), report);
  };
}

/** What comes from users is not taken on trust: what is wrong is reported. */
function planCache(task: TaskDefinition, isSetup: boolean, report: Report): CachePolicy | undefined {
  const { id, cache, child, compensate, teardownOf, handler } = task;
  const given: unknown = cache;
  const bad = (message: string, code: DiagnosticCode = 'bad_cache'): void =>
    report({ code, task: id, message: `task '${id}': ${message}` });
  if (typeof given !== 'object' || given === null) {
    bad(`.cache() takes options such as { ttl: '1h' }, or none, not ${show(given)}`);
    return undefined;
  }
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key)) bad(`.cache() has no option '${key}'; its options are ${KEYS.join(', ')}`);
  }
  const { key, ttl, version } = given as Readonly<Record<string, unknown>>;
  if (key !== undefined && typeof key !== 'function')
    bad(`cache.key is a function of the task's data, not ${show(key)}`);
  if (version !== undefined && typeof version !== 'string')
    bad(`cache.version is some text, such as '2', not ${show(version)}`);
  if (child !== undefined)
    bad(
      `a task that runs a workflow has no code of its own that its output could be kept for; say .cache() of the tasks of that workflow`,
      'conflicting_policies',
    );
  if (compensate !== undefined)
    bad(
      `an output in the cache may be that of what was undone since; say only one of .cache() and .compensate()`,
      'conflicting_policies',
    );
  if (isSetup || teardownOf !== undefined)
    bad(
      `a teardown and the task that it undoes belong to one run; do not say .cache() of either`,
      'conflicting_policies',
    );
  const source = codeOf(handler, key);
  if (version === undefined && source === undefined)
    bad(
      `the source of its handler, or of its cache.key, cannot be read (was it made by .bind()?), so that a change of it would not be seen; say .cache({ version: '1' }), and another version with each change`,
    );
  return Object.freeze({
    key: key as CachePolicy['key'],
    ttlMs: planDuration(id, 'cache.ttl', ttl, report, { positive: true }),
    code: version === undefined ? { source: source ?? '' } : { version: version as string },
  });
}

/** What the user wrote that decides the output. What is not a function is reported elsewhere. */
function codeOf(handler: TaskDefinition['handler'], key: unknown): string | undefined {
  const sources = [handler, key].map((part) =>
    typeof part === 'function' ? sourceOf(part as NonNullable<TaskDefinition['handler']>) : '',
  );
  return sources.includes(undefined) ? undefined : sources.join('\n');
}
