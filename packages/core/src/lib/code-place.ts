/** Where something was called, as text that is made when it is first read. */
export interface CodePlace {
  readonly stack?: string;
}

/** What V8 has beside the standard. */
interface V8 {
  stackTraceLimit?: number;
  captureStackTrace?(holder: object, above: () => unknown): void;
}

/**
 * Where the function was called from that calls this one. It costs a few microseconds; what costs more, finding the place in the
 * source of what was compiled, is put off until somebody reads it.
 */
export function placeOfCaller(): CodePlace | undefined {
  const v8 = Error as V8;
  if (v8.captureStackTrace === undefined) return undefined;
  const limit = v8.stackTraceLimit;
  const place: CodePlace = {};
  // The function that asks, and who called it.
  v8.stackTraceLimit = 2;
  v8.captureStackTrace(place, placeOfCaller);
  if (limit === undefined) delete v8.stackTraceLimit;
  else v8.stackTraceLimit = limit;
  return place;
}

/** `at file:///a/b.ts:1:2`, `at f (/a/b.ts:1:2)`. */
const FRAME = /^(?:.*\()?(?<file>.+?):(?<line>\d+)(?::\d+)?\)?$/;

interface ReadPlace {
  readonly file: string;
  readonly line: number;
}

const known = new WeakMap<CodePlace, { readonly read: ReadPlace | undefined }>();

/** The absolute path of the file, and the line, from 1. A place is read once: runs ask for it again and again. */
export function readPlace(place: CodePlace): ReadPlace | undefined {
  const before = known.get(place);
  if (before !== undefined) return before.read;
  const read = parsePlace(place);
  known.set(place, { read });
  return read;
}

function parsePlace(place: CodePlace): ReadPlace | undefined {
  const [, , frame = ''] = (place.stack ?? '').split(/^ *at (?:async )?/m);
  const { file, line } = FRAME.exec(frame.trimEnd())?.groups ?? {};
  if (file === undefined || line === undefined) return undefined;
  return { file: file.startsWith('file:') ? pathOf(file) : file, line: Number(line) };
}

function pathOf(url: string): string {
  const path = decodeURIComponent(new URL(url).pathname);
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
}
