/** What kind of an error it is, without anything that it says: texts may hold data. */
export interface ErrorKind {
  /** The name of its class: `TypeError`. */
  readonly name: string;
  /** Its code, where it has one: `timeout`, `ECONNREFUSED`, `503`. */
  readonly code?: string;
}

/** A name or a code that is longer, or has anything else in it, is no word for a kind. */
const WORD = /^[\w.:/-]{1,60}$/;

/** @param error As it was thrown, or as plain data with the same properties. */
export function errorKind(error: unknown): ErrorKind {
  if (typeof error !== 'object' || error === null) return { name: 'Error' };
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  const word = typeof code === 'number' ? String(code) : code;
  return {
    name: isWord(name) ? name : 'Error',
    ...(isWord(word) && { code: word }),
  };
}

/** Whether it is a word for a kind, and cannot hold data. */
export function isWord(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value);
}
