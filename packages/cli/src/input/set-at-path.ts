/** Sets a value deep in an object, making the objects on the way; keys such as `__proto__` are keys like others. */
export function setAtPath(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let object = target;
  for (const key of path.slice(0, -1)) {
    const next = Object.hasOwn(object, key) ? object[key] : undefined;
    object = isPlainObject(next) ? next : define(object, key, {});
  }
  const last = path.at(-1);
  if (last !== undefined) define(object, last, value);
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function define<T>(object: Record<string, unknown>, key: string, value: T): T {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  return value;
}
