import { didYouMean } from './did-you-mean.ts';
import { LoadError } from './load-error.ts';
import type { ModuleExports } from './modules.ts';

/**
 * The workflow to run among a file's exports: the named one, else the default export, else the only one.
 * @throws LoadError `no_workflow`, `several_workflows`, `no_such_export`
 */
export function pickWorkflow<W>(
  exports: ModuleExports,
  name: string | undefined,
  isWorkflow: (value: unknown) => value is W,
): W;
export function pickWorkflow(
  exports: ModuleExports,
  name: string | undefined,
  isWorkflow: (value: unknown) => boolean,
): unknown;
export function pickWorkflow(
  exports: ModuleExports,
  name: string | undefined,
  isWorkflow: (value: unknown) => boolean,
): unknown {
  if (name !== undefined) return namedWorkflow(exports, name, isWorkflow);
  if (isWorkflow(exports['default'])) return exports['default'];
  const names = Object.keys(exports).filter((key) => isWorkflow(exports[key]));
  const distinct = new Set(names.map((key) => exports[key]));
  if (distinct.size > 1) {
    throw new LoadError(
      'several_workflows',
      `The file exports ${names.length} workflows: ${names.join(', ')}. Choose one with --export <name>, ` +
        'or make one of them the default export.',
    );
  }
  const [only] = names;
  if (only !== undefined) return exports[only];
  throw new LoadError('no_workflow', `The file exports no workflow. ${account(exports)}`);
}

/** The name by which a file exports what was picked from it, so that it can be picked again. */
export function nameOfExport(exports: ModuleExports, picked: unknown, name: string | undefined): string {
  return name ?? Object.keys(exports).find((key) => exports[key] === picked) ?? 'default';
}

function namedWorkflow(
  exports: ModuleExports,
  name: string,
  isWorkflow: (value: unknown) => boolean,
): unknown {
  if (Object.hasOwn(exports, name)) {
    if (isWorkflow(exports[name])) return exports[name];
    throw new LoadError('no_workflow', `The export ${name} is no workflow: ${describe(exports[name])}`);
  }
  const names = Object.keys(exports);
  const workflows = names.filter((key) => isWorkflow(exports[key]));
  const near = didYouMean(name, workflows) ?? didYouMean(name, names);
  const offered = workflows.length === 0 ? account(exports) : `Its workflows: ${workflows.join(', ')}.`;
  throw new LoadError(
    'no_such_export',
    `The file has no export named ${name}. ${near === undefined ? offered : `Did you mean ${near}?`}`,
  );
}

function account(exports: ModuleExports): string {
  const names = Object.keys(exports);
  if (names.length === 0) return 'It exports nothing: write export default workflow(…)…';
  const shown = names.slice(0, 5).map((key) => `${key} is ${describe(exports[key])}`);
  const more = names.length > 5 ? ` It has ${names.length - 5} more.` : '';
  return `What it exports instead: ${shown.join(' ')}${more}`;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return `${String(value)}.`;
  if (looksUnfinished(value)) return 'a task without a handler; did you forget .run(…)?';
  if (typeof value === 'function')
    return 'a function; export the workflow itself, or what the function returns.';
  if (value instanceof Promise) return 'a promise; did you forget await?';
  if (Array.isArray(value)) return 'an array; export each workflow by a name of its own.';
  return typeof value === 'object' ? 'an object.' : `a ${typeof value}.`;
}

/** A builder stopped in the middle of a task still has the methods that go before the handler. */
function looksUnfinished(value: NonNullable<unknown>): boolean {
  return ['dependsOn', 'retry', 'run'].every(
    (method) => typeof Reflect.get(Object(value), method) === 'function',
  );
}
