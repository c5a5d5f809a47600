import { resolve } from 'node:path';

/** Where runs are kept unless something else is said. */
export const DEFAULT_STORE = '.wf/wf.db';

/** The file of the store: what the command line says, else `WF_STORE`, else the default below this folder. */
export function storePath(
  given: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
  cwd: string = process.cwd(),
): string {
  const fromEnvironment = env['WF_STORE'];
  return resolve(cwd, given ?? (fromEnvironment ? fromEnvironment : DEFAULT_STORE));
}

/** What a command of ours that is suggested needs so that it finds the same store. */
export function storeFlag(given: string | undefined): string {
  return given === undefined ? '' : ` --store ${/^[\w./:@-]+$/.test(given) ? given : JSON.stringify(given)}`;
}
