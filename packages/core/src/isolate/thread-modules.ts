import { IsolationError } from '../model/error.ts';
import type { Handler, WorkflowDefinition } from '../model/definition.ts';
import { whileLoading } from './loading.ts';
import type { Assignment } from './message.ts';

type Exports = Readonly<Record<string, unknown>>;
type Load = (module: string) => Promise<Exports>;

/** What Node says of a TypeScript file that it cannot import. */
const TYPESCRIPT: readonly unknown[] = ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'];

/** The modules that this thread has loaded. */
const loaded = new Map<string, Promise<Exports>>();

/** The handler of the task that an attempt is about, as this thread sees it. @throws IsolationError */
export async function findHandler(assignment: Assignment): Promise<Handler> {
  const { module, workflow, task } = assignment;
  const definition = definitionsOf(await load(assignment)).find(({ id }) => id === workflow);
  if (definition === undefined) {
    throw new IsolationError(
      task,
      `cannot be found on its thread: ${module} exports no workflow '${workflow}'. Export it from there, or name its module: workflow('${workflow}', { module: import.meta.url })`,
    );
  }
  const handler = definition.tasks.find(({ id }) => id === task)?.handler;
  if (handler !== undefined) return handler;
  throw new IsolationError(
    task,
    `cannot be found on its thread: loaded there, workflow '${workflow}' of ${module} has no such task with a handler. Let what tasks it has depend on nothing but the module itself`,
  );
}

async function load({ module, loader, task }: Assignment): Promise<Exports> {
  let loading = loaded.get(module);
  if (loading === undefined) {
    loading = whileLoading(module, async () => (await loadWith(loader))(module));
    loaded.set(module, loading);
  }
  try {
    return await loading;
  } catch (cause) {
    throw new IsolationError(task, `cannot be loaded on its thread: ${accountOf(cause)}`, { cause });
  }
}

async function loadWith(loader: string | undefined): Promise<Load> {
  if (loader === undefined) return (module) => import(module) as Promise<Exports>;
  return ((await import(loader)) as { load: Load }).load;
}

/** Those that a module exports, the default export first. */
function definitionsOf(exports: Exports): WorkflowDefinition[] {
  const { default: first, ...others } = exports;
  return [first, ...Object.values(others)].flatMap((value) => {
    const definition = (value as { definition?: Partial<WorkflowDefinition> } | null | undefined)?.definition;
    return Array.isArray(definition?.tasks) ? [definition as WorkflowDefinition] : [];
  });
}

function accountOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const advice = TYPESCRIPT.includes((error as NodeJS.ErrnoException).code)
    ? '. This Node does not import such TypeScript: run the workflow with the wf-sdk command, or build it first'
    : '';
  return `${error.message}${advice}`;
}
