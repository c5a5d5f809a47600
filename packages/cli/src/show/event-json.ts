/**
 * JSON of an event or a result for other programs to read. What JSON has no form for is written so that it can be
 * read: errors with name, message, code, stack and cause; a bigint as its digits; a Map as its entries, a Set as its
 * items. What refers to itself is cut there.
 */
export function toJsonText(value: unknown, indent?: number): string {
  return JSON.stringify(readable(value, []), undefined, indent) ?? 'null';
}

function readable(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  const path = [...above, value];
  if (value instanceof Error) return errorFields(value, path);
  if (value instanceof Map) return Array.from(value, ([key, item]) => [readable(key, path), readable(item, path)]);
  if (value instanceof Set) return Array.from(value, (item) => readable(item, path));
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const replacement: unknown = value.toJSON('');
    return replacement === value ? '[circular]' : readable(replacement, path);
  }
  if (Array.isArray(value)) return value.map((item) => readable(item, path));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readable(item, path)]));
}

function errorFields(error: Error, path: readonly object[]): object {
  const { name, message, stack, cause, ...own } = error as Error & Record<string, unknown>;
  return {
    name,
    message,
    ...(readable(own, path) as object),
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && { cause: readable(cause, path) }),
  };
}
