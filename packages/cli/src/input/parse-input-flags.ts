import { InputError } from './input-error.ts';
import type { FlagKind } from './flag-kind.ts';
import { type InputFlag, isSwitch } from './input-flags.ts';
import { optionKey } from './option-key.ts';
import { setAtPath } from './set-at-path.ts';
import { shorten } from './shorten.ts';

type Read = { readonly value: unknown } | { readonly reason: string };

/**
 * The object that the given flags describe. Only what was given is in it: defaults are the schema's to apply.
 * @param values what commander collected, by its keys; other options among them are passed over
 * @throws InputError `bad_flag`, with a line for each flag that is wrong
 */
export function parseInputFlags(
  flags: readonly InputFlag[],
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const flag of flags) {
    const given = givenFor(flag, values);
    if (given === undefined) continue;
    const reads = [given].flat().map((text) => readValue(flag, text));
    problems.push(...reads.flatMap((read) => ('reason' in read ? `--${flag.name} ${read.reason}` : [])));
    const parsed = reads.flatMap((read) => ('value' in read ? [read.value] : []));
    setAtPath(input, flag.path, flag.repeatable ? parsed : parsed.at(-1));
  }
  if (problems.length > 0) throw new InputError('bad_flag', problems.join('\n'));
  return input;
}

function givenFor(flag: InputFlag, values: Readonly<Record<string, unknown>>): unknown {
  const direct = values[optionKey(flag.name)];
  return direct !== undefined || flag.alias === undefined ? direct : values[optionKey(flag.alias)];
}

function readValue(flag: InputFlag, given: unknown): Read {
  if (typeof given === 'boolean' && isSwitch(flag)) return { value: given };
  const text = String(given);
  const read = readKinds(flag.kinds, text);
  const { choices } = flag;
  if (choices === undefined || ('value' in read && choices.includes(read.value))) return read;
  const offered = choices.map((choice) => (typeof choice === 'string' ? choice : JSON.stringify(choice)));
  return { reason: `takes one of ${offered.join(', ')}, not ${quote(text)}` };
}

// From the narrowest to the widest, since text takes anything.
const ORDER: readonly FlagKind[] = [
  'null',
  'boolean',
  'integer',
  'number',
  'bigint',
  'date',
  'json',
  'any',
  'text',
];

function readKinds(kinds: readonly FlagKind[], text: string): Read {
  const ordered = ORDER.filter((kind) => kinds.includes(kind));
  const reads = ordered.map((kind) => READERS[kind](text));
  const success = reads.find((read) => 'value' in read);
  if (success !== undefined) return success;
  const [only] = reads;
  if (reads.length === 1 && only !== undefined) return only;
  return { reason: `takes ${ordered.map((kind) => NOUNS[kind]).join(' or ')}, not ${quote(text)}` };
}

const NOUNS: Readonly<Record<FlagKind, string>> = {
  null: 'null',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  bigint: 'a whole number',
  date: 'a date such as 2026-01-31 or 2026-01-31T09:00:00Z',
  json: 'JSON',
  any: 'a value',
  text: 'text',
};

const DECIMAL = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const WHOLE = /^-?\d+$/;
const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

const READERS: Readonly<Record<FlagKind, (text: string) => Read>> = {
  null: (text) => (text === 'null' ? { value: null } : refuse('null', text)),
  boolean: (text) =>
    text === 'true' || text === 'false' ? { value: text === 'true' } : refuse('boolean', text),
  integer: (text) => {
    if (!WHOLE.test(text)) return refuse('integer', text);
    const value = Number(text);
    if (Number.isSafeInteger(value)) return { value: value === 0 ? 0 : value };
    return { reason: `is too large to be kept exactly: ${quote(text)}` };
  },
  number: (text) => {
    const value = Number(text);
    return DECIMAL.test(text) && Number.isFinite(value) ? { value } : refuse('number', text);
  },
  bigint: (text) => (WHOLE.test(text) ? { value: BigInt(text) } : refuse('bigint', text)),
  date: (text) => (isDate(text) ? { value: new Date(text) } : refuse('date', text)),
  json: (text) => {
    try {
      return { value: JSON.parse(text) as unknown };
    } catch {
      return { reason: `takes JSON, for example '{"a": 1}' or '[1, 2]', not ${quote(text)}` };
    }
  },
  any: (text) => {
    const canonical = DECIMAL.test(text) && String(Number(text)) === text;
    if (canonical || /^(?:true|false|null)$/.test(text)) return { value: JSON.parse(text) as unknown };
    return /^\s*[[{"]/.test(text) ? READERS.json(text) : { value: text };
  },
  text: (text) => ({ value: text }),
};

function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const date = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  // Date takes the 31st of February for the 3rd of March.
  return !Number.isNaN(Date.parse(text)) && date.toISOString().startsWith(text.slice(0, 10));
}

function refuse(kind: FlagKind, text: string): Read {
  return { reason: `takes ${NOUNS[kind]}, not ${quote(text)}` };
}

function quote(text: string): string {
  return text === '' ? 'an empty value' : JSON.stringify(shorten(text));
}
