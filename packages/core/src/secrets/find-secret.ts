import { jsonOf, keysOfError, partsOf, read } from './parts.ts';
import type { Redactor } from './redactor.ts';

/** A secret in a value: whose it is, and where it stands. */
export interface Found {
  readonly secret: string;
  /** Such as `output.rows[3].url`. */
  readonly path: string;
}

/** A value that is still to be looked at, and how it is reached. */
interface Place {
  readonly value: unknown;
  readonly step: string;
  readonly above: Place | undefined;
}

/**
 * The first secret in a value, wherever it stands.
 *
 * @param name What the value is called at the beginning of the path.
 * @param inText Whose secret stands in a text.
 */
export function findSecret(
  root: unknown,
  name: string,
  redactor: Redactor,
  inText: (text: string) => string | undefined = (text) => redactor.find(text),
): Found | undefined {
  const seen = new Set<unknown>();
  // A list of its own, the next at its end: a value may be nested deeper than functions can call each other.
  const left: Place[] = [{ value: root, step: name, above: undefined }];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    if (typeof place.value === 'object' && place.value !== null) {
      if (seen.has(place.value)) continue;
      seen.add(place.value);
    }
    const above = place;
    const inner: Place[] = [];
    const found = look(place, redactor, inText, (step, value) => inner.push({ value, step, above }));
    if (found !== undefined) return { secret: found, path: pathTo(place) };
    // What stands first is looked at first.
    for (const below of inner.toReversed()) left.push(below);
  }
  return undefined;
}

function look(
  { value }: Place,
  redactor: Redactor,
  inText: (text: string) => string | undefined,
  add: (step: string, inner: unknown) => void,
): string | undefined {
  const parts = partsOf(value);
  const addAll = (object: object, keys: readonly string[]): string | undefined => {
    for (const key of keys) add(stepTo(key), read(object, key));
    return keys.map(inText).find((found) => found !== undefined);
  };
  switch (parts.kind) {
    case 'text':
      return inText(parts.text);
    case 'number':
      return redactor.findInNumber(parts.number);
    case 'bytes':
      return redactor.findInBytes(parts.bytes);
    case 'error':
      return addAll(parts.error, keysOfError(parts.error));
    case 'array':
      for (const [index, item] of parts.items.entries()) add(`[${index}]`, item);
      return undefined;
    case 'map':
      for (const [key, item] of parts.map) {
        add('.key()', key);
        add(typeof key === 'string' ? `.get('${key}')` : '.get()', item);
      }
      return undefined;
    case 'set':
      for (const item of parts.set) add('.value()', item);
      return undefined;
    case 'object':
      return addAll(parts.object, Object.keys(parts.object));
    case 'opaque':
      add('.toJSON()', jsonOf(parts.object));
      return addAll(parts.object, Object.keys(parts.object));
    case 'nothing':
      return undefined;
  }
}

function pathTo(place: Place): string {
  const steps: string[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.above) steps.push(at.step);
  return steps.toReversed().join('');
}

function stepTo(key: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
