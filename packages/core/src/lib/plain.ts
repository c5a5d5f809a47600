/**
 * A value in a form that JSON can hold and people can read: errors with name, message, code, stack and cause; a bigint
 * as its digits; a Map as its entries, a Set as its items. What contains itself is cut there. It cannot be read back.
 */
export function toPlain(value: unknown): unknown {
  return plain(value, []);
}

function plain(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  const path = [...above, value];
  if (value instanceof Error) return plainError(value, path);
  if (value instanceof Map) return Array.from(value, ([key, item]) => [plain(key, path), plain(item, path)]);
  if (value instanceof Set) return Array.from(value, (item) => plain(item, path));
  if (hasOwnJson(value)) {
    const replacement = value.toJSON('');
    return replacement === value ? '[circular]' : plain(replacement, path);
  }
  if (Array.isArray(value)) return value.map((item) => plain(item, path));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, path)]));
}

function plainError(error: Error, path: readonly object[]): object {
  const { name, message, stack, cause, ...own } = error as Error & Record<string, unknown>;
  return {
    name,
    message,
    ...(plain(own, path) as object),
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && { cause: plain(cause, path) }),
  };
}

function hasOwnJson(value: object): value is { toJSON(key: string): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
