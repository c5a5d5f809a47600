/** What a value is made of, for who looks for something in all of it. */
export type Parts =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number | bigint }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'error'; readonly error: Error }
  | { readonly kind: 'array'; readonly items: readonly unknown[] }
  | { readonly kind: 'map'; readonly map: ReadonlyMap<unknown, unknown> }
  | { readonly kind: 'set'; readonly set: ReadonlySet<unknown> }
  | { readonly kind: 'object'; readonly object: object }
  /** An instance of a class: it can be looked into, but not made again. */
  | { readonly kind: 'opaque'; readonly object: object }
  | { readonly kind: 'nothing' };

const NOTHING: Parts = { kind: 'nothing' };

export function partsOf(value: unknown): Parts {
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'number', number: value };
  if (typeof value === 'symbol') return { kind: 'text', text: String(value) };
  if (typeof value !== 'object' || value === null) return NOTHING;
  if (value instanceof Error) return { kind: 'error', error: value };
  if (Array.isArray(value)) return { kind: 'array', items: value };
  if (value instanceof Map) return { kind: 'map', map: value };
  if (value instanceof Set) return { kind: 'set', set: value };
  if (value instanceof ArrayBuffer) return { kind: 'bytes', bytes: new Uint8Array(value) };
  if (ArrayBuffer.isView(value))
    return { kind: 'bytes', bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) };
  if (value instanceof Date) return NOTHING;
  if (value instanceof URL || value instanceof RegExp) return { kind: 'text', text: String(value) };
  const prototype = Object.getPrototypeOf(value) as object | null;
  // The prototype of plain objects, of this realm or another.
  const isPlain = prototype === null || Object.hasOwn(prototype, 'isPrototypeOf');
  return { kind: isPlain ? 'object' : 'opaque', object: value };
}

/** What an error says that is told of it. `code` may stand on its prototype, as `message` does in a `DOMException`. */
export function keysOfError(error: Error): readonly string[] {
  const keys = ['name', 'message', 'stack', 'cause', 'errors', 'code', ...Object.keys(error)];
  return [...new Set(keys)].filter((key) => key in error);
}

/** A property; nothing where reading it throws. */
export function read(object: object, key: string): unknown {
  try {
    return Reflect.get(object, key);
  } catch {
    return undefined;
  }
}

/** What becomes of an instance of a class when it is written as JSON, beside its properties. */
export function jsonOf(object: object): unknown {
  const toJSON = read(object, 'toJSON');
  if (typeof toJSON !== 'function') return undefined;
  try {
    return Reflect.apply(toJSON, object, ['']);
  } catch {
    return undefined;
  }
}
