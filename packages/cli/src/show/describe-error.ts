import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Colors } from 'picocolors/types.js';
import { openEnvelope } from './envelope.ts';
import { headline } from './format.ts';

const CAUSES = 5;

/** The error, where in the user's code it came from, and what caused it. */
export function describeError(error: unknown, colours: Colors, cwd: string): string[] {
  const lines: string[] = [];
  let current = error;
  // Each is shorter than the one around it, so there is an innermost one.
  for (let outer = openEnvelope(error); outer !== undefined; outer = openEnvelope(current)) {
    lines.push(colours.dim(outer.text));
    current = outer.content;
  }
  for (let depth = 0; current !== undefined && depth < CAUSES; depth++) {
    const prefix = depth === 0 ? '' : 'caused by ';
    const [first = '', ...rest] = current instanceof Error ? current.message.split('\n') : [];
    lines.push(colours.red(`${prefix}${headline(current)}`), ...(first === '' ? [] : rest));
    const where = whereThrown(current, cwd);
    if (where !== undefined) lines.push(colours.dim(`  at ${where}`));
    // What is no error was thrown as it is, and the error around it has said so.
    current = current instanceof Error && current.cause instanceof Error ? current.cause : undefined;
  }
  return lines;
}

/** `pipeline.ts:12:9`: the first place of a stack that is neither Node's, nor a package's, nor ours. */
export function whereThrown(error: unknown, cwd: string): string | undefined {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return undefined;
  for (const line of error.stack.split('\n')) {
    const match = /^\s+at (?:.*\(|async )?((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)\)?$/.exec(
      line,
    );
    const [, place, row, column] = match ?? [];
    if (place === undefined || row === undefined || column === undefined) continue;
    const file = place.startsWith('file:') ? fileURLToPath(place) : place;
    if (/[\\/]node_modules[\\/]/.test(file) || OWN_FOLDERS.some((folder) => file.startsWith(folder)))
      continue;
    const shown = relative(cwd, file);
    return `${shown.startsWith('..') ? file : shown}:${row}:${column}`;
  }
  return undefined;
}

/** Where this command's and core's files are, for when they are not inside a node_modules folder. */
const OWN_FOLDERS = ['@wf-sdk/core', '@wf-sdk/tasks']
  .map((name) => import.meta.resolve(name))
  .concat(import.meta.url)
  .map((url) => fileURLToPath(new URL('.', url)));
