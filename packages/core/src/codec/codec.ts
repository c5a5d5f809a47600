import { parse, stringify } from 'devalue';
import { UnreadableError, UnstorableError } from '../model/codec-error.ts';
import { type ErrorData, fromErrorData } from '../model/error-data.ts';
import { bytesOf, type StoredBytes, toBytes } from './bytes.ts';
import { isPlainJson } from './plain-json.ts';
import { refuseUnstorable } from './storable.ts';
import { StoredError } from './stored-error.ts';
import { toStorableError } from './to-storable.ts';

/*
 * A value as text on one line. Where JSON is exact, it is JSON; else it begins with `~` and goes on with what devalue
 * writes. Text that begins with anything else is of a form to come.
 */
const RICH = '~';
const JSON_START = /^[{["\-0-9tfn]/;

/**
 * A value as text, from which {@link decode} makes exactly the same value again: what is one object stays one. The
 * length of the text is what storing it takes.
 *
 * @param subject What the value is, for messages: `the output of task 'a'`.
 * @param name What it is called at the beginning of a path.
 * @throws UnstorableError where it would not come back as it is
 */
export function encode(value: unknown, subject = 'the value', name = 'value'): string {
  const plain = isPlainJson(value);
  if (!plain) refuseUnstorable(value, subject, name);
  try {
    return plain ? JSON.stringify(value) : RICH + stringify(value, REDUCERS);
  } catch (cause) {
    // The longest string that V8 can make has some 512 MB.
    const size = cause instanceof RangeError ? 'is too large to be text' : 'cannot be text';
    throw new UnstorableError(subject, name, `${size} (${String(cause)})`, { cause });
  }
}

/**
 * Makes again what {@link encode} was given. Nothing in the text is run, whoever wrote it.
 *
 * @param subject What the text is of, for messages.
 * @throws UnreadableError where the text is damaged, or of a version to come
 */
export function decode(text: string, subject = 'a value'): unknown {
  const rich = text.startsWith(RICH);
  if (!rich && !JSON_START.test(text)) {
    const why =
      text === ''
        ? 'it is empty'
        : 'it is in a form that this version does not know: a newer version of wf-sdk reads it';
    throw new UnreadableError(subject, why);
  }
  try {
    return rich ? parse(text.slice(RICH.length), REVIVERS) : JSON.parse(text);
  } catch (cause) {
    throw new UnreadableError(subject, `it is damaged (${String(cause)})`, { cause });
  }
}

type Entries = readonly [null: boolean, entries: readonly (readonly [key: string, value: unknown])[]];

// What devalue does not know, or not exactly: a Buffer would come back as another class, and a view would be stored with
// all of the buffer that it shows a part of.
const REDUCERS = {
  Bytes: (value: unknown): StoredBytes | undefined =>
    typeof value === 'object' && value !== null ? bytesOf(value) : undefined,
  Error: (value: unknown): ErrorData | undefined => {
    if (value instanceof StoredError) return value.data;
    return value instanceof Error ? toStorableError(value) : undefined;
  },
  Entries: (value: unknown): Entries | undefined =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__')
      ? [Object.getPrototypeOf(value) === null, Object.entries(value)]
      : undefined,
};

const REVIVERS = {
  Bytes: (bytes: StoredBytes): unknown => toBytes(bytes),
  Error: (data: ErrorData): unknown => fromErrorData(data),
  Entries: ([isNull, entries]: Entries): object => {
    const object: object = Object.fromEntries(entries);
    if (isNull) Object.setPrototypeOf(object, null);
    return object;
  },
};
