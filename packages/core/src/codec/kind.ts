import { isBuffer } from './bytes.ts';

/** So many levels of objects within objects can be stored: what walks them, here and in the library, calls itself. */
export const MOST_NESTED = 500;

/** How a value comes back from the store: through its parts, or as a whole. */
export type Kind = 'array' | 'object' | 'map' | 'set' | 'whole';

/** Which kind an object is of; `undefined` for what would come back as something else, such as instances of classes. */
export function kindOf(value: object): Kind | undefined {
  const prototypes = prototypesOf(value);
  if (Array.isArray(value)) return prototypes === 2 && !isMatch(value) ? 'array' : undefined;
  if (prototypes < 2) return isPlain(value) ? 'object' : undefined;
  if (ArrayBuffer.isView(value)) return isOwnView(value, prototypes) ? 'whole' : undefined;
  return prototypes === 2 ? builtInKind(value) : undefined;
}

/** The result of `match` or `exec`: the one array of the language that says something beside its items. */
export function isMatch(array: readonly unknown[]): boolean {
  return Object.hasOwn(array, 'index') && Object.hasOwn(array, 'input');
}

/** It says of which class a value is in any realm: a plain object has one, a `Date` two, an instance of a subclass more. */
function prototypesOf(value: object): number {
  let count = 0;
  let prototype: unknown = Object.getPrototypeOf(value);
  while (prototype !== null) {
    count++;
    prototype = Object.getPrototypeOf(prototype);
  }
  return count;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== null && !Object.hasOwn(prototype, 'isPrototypeOf')) return false;
  return Object.getOwnPropertySymbols(value).length === 0;
}

function isOwnView(view: ArrayBufferView, prototypes: number): boolean {
  if (view instanceof DataView) return prototypes === 2;
  return prototypes === 3 || (prototypes === 4 && isBuffer(view));
}

const BUILT_INS: Readonly<
  Record<string, { readonly kind: Kind; readonly touch: (value: object) => unknown }>
> = {
  ArrayBuffer: { kind: 'whole', touch: (value) => Reflect.get(ArrayBuffer.prototype, 'byteLength', value) },
  Date: { kind: 'whole', touch: (value) => Date.prototype.getTime.call(value as Date) },
  Map: { kind: 'map', touch: (value) => Reflect.get(Map.prototype, 'size', value) },
  RegExp: { kind: 'whole', touch: (value) => Reflect.get(RegExp.prototype, 'source', value) },
  Set: { kind: 'set', touch: (value) => Reflect.get(Set.prototype, 'size', value) },
  URL: { kind: 'whole', touch: (value) => Reflect.get(URL.prototype, 'href', value) },
};

function builtInKind(value: object): Kind | undefined {
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  const builtIn = Object.hasOwn(BUILT_INS, tag) ? BUILT_INS[tag] : undefined;
  if (builtIn === undefined || Reflect.ownKeys(value).some((key) => key !== 'lastIndex')) return undefined;
  try {
    // Any class can bear the tag; only the real ones can be read so.
    builtIn.touch(value);
    return builtIn.kind;
  } catch {
    return undefined;
  }
}
