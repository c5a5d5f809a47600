import type { InputFlag } from './input-flags.ts';
import { isPlainObject } from './set-at-path.ts';
import { shorten } from './shorten.ts';

/** An issue as Standard Schema reports it. */
export interface InputIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

const SECRET = /secret|token|passw|passphrase|credential|api.?key|private.?key|access.?key|auth(?!or)/i;

/**
 * A line for each issue: the flag (or the path, where no flag sets it), the reason, and what was received. Values of
 * fields that sound secret are never shown, nor are whole objects.
 * @param input what was validated; without it, what was received is not shown
 */
export function formatIssues(
  issues: readonly InputIssue[],
  flags: readonly InputFlag[],
  input?: unknown,
): readonly string[] {
  const rows = issues.map((issue) => {
    const path = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
    return [labelOf(path, flags), reasonOf(issue.message, path, input)] as const;
  });
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return rows.map(([label, reason]) => `${label.padEnd(width)}  ${reason}`);
}

/** `--city[1]` for the second of a repeatable flag's values. */
function labelOf(path: readonly PropertyKey[], flags: readonly InputFlag[]): string {
  const flag = flags.find(
    (candidate) =>
      candidate.path.length <= path.length && candidate.path.every((key, at) => key === path[at]),
  );
  if (flag !== undefined) return `--${flag.name}${showKeys(path.slice(flag.path.length))}`;
  return `input${showKeys(path)}`;
}

function showKeys(path: readonly PropertyKey[]): string {
  return path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      const text = String(key);
      return /^[\w$-]+$/.test(text) ? `.${text}` : `[${JSON.stringify(text)}]`;
    })
    .join('');
}

function reasonOf(message: string, path: readonly PropertyKey[], input: unknown): string {
  if (path.length === 0 || input === undefined) return shorten(message, 200);
  const received = valueAt(input, path);
  if (received === undefined)
    return /received undefined/.test(message) ? 'is required' : shorten(message, 200);
  if (path.some((key) => SECRET.test(String(key)))) {
    const hidden =
      typeof received === 'string' && received !== '' ? message.replaceAll(received, '…') : message;
    return shorten(hidden, 200);
  }
  return `${shorten(message, 200)}  (got ${show(received)})`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Readonly<Record<PropertyKey, unknown>>)[key]
        : undefined,
    input,
  );
}

function show(value: unknown): string {
  if (typeof value === 'string') return shorten(JSON.stringify(withoutLogin(value)));
  if (Array.isArray(value))
    return value.length === 1 ? 'an array of 1 item' : `an array of ${value.length} items`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid date' : value.toISOString();
  if (isPlainObject(value))
    return shorten(`an object with the keys ${Object.keys(value).join(', ') || '(none)'}`);
  return shorten(String(value));
}

/** `postgres://me:password@host` keeps its host only. */
function withoutLogin(text: string): string {
  return text.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1…@');
}
