/** Bytes as text: the name of the class, and what is seen through it in base64. */
export type StoredBytes = readonly [name: string, base64: string];

export function isBuffer(value: unknown): boolean {
  return Buffer.isBuffer(value);
}

/** What a value has of bytes; `undefined` where it is no bytes. Of a larger buffer only the part is taken that it shows. */
export function bytesOf(value: unknown): StoredBytes | undefined {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return [nameOf(value), Buffer.from(buffer, byteOffset, byteLength).toString('base64')];
  }
  if (Object.prototype.toString.call(value) !== '[object ArrayBuffer]') return undefined;
  return ['ArrayBuffer', Buffer.from(value as ArrayBuffer).toString('base64')];
}

/** Makes again what {@link bytesOf} was given, with a buffer of its own. @throws TypeError for an unknown class */
export function toBytes([name, base64]: StoredBytes): ArrayBuffer | ArrayBufferView {
  const bytes = Buffer.from(base64, 'base64');
  if (name === 'Buffer') return bytes;
  const { buffer } = Uint8Array.from(bytes);
  if (name === 'ArrayBuffer') return buffer;
  const View = VIEWS.get(name);
  if (View === undefined) throw new TypeError(`there is no '${name}' in this version of Node.js`);
  return new View(buffer);
}

function nameOf(view: ArrayBufferView): string {
  if (isBuffer(view)) return 'Buffer';
  return Object.prototype.toString.call(view).slice('[object '.length, -1);
}

type View = new (buffer: ArrayBuffer) => ArrayBufferView;

/** Not all versions of Node.js have `Float16Array`. */
const VIEWS: ReadonlyMap<string, View> = new Map(
  [
    'BigInt64Array',
    'BigUint64Array',
    'DataView',
    'Float16Array',
    'Float32Array',
    'Float64Array',
    'Int16Array',
    'Int32Array',
    'Int8Array',
    'Uint16Array',
    'Uint32Array',
    'Uint8Array',
    'Uint8ClampedArray',
  ].flatMap((name) => {
    const view = (globalThis as unknown as Readonly<Record<string, View | undefined>>)[name];
    return view === undefined ? [] : [[name, view]];
  }),
);
