import { headline } from '../show/format.ts';
import { plainLine } from '../show/printable.ts';

/** What an error says, in a line without colours; also of one that was read from JSON. */
export function errorLine(error: unknown): string {
  if (typeof error !== 'object' || error === null || error instanceof Error)
    return plainLine(headline(error));
  const { name, message } = error as { readonly name?: unknown; readonly message?: unknown };
  if (typeof message !== 'string') return plainLine(JSON.stringify(error) ?? '');
  const known = new Error(message);
  if (typeof name === 'string') known.name = name;
  return plainLine(headline(known));
}

/** What a run failed with, beside its tasks' own failures: these are told where the tasks are. */
export function runErrorLine(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  if (code === 'run_failed') return undefined;
  return errorLine(cause ?? error);
}
