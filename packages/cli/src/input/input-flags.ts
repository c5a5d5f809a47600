import { flatten, type FlatField } from './flatten.ts';
import type { JsonSchema } from './json-schema.ts';
import { kebabCase, optionKey } from './option-key.ts';

/** One flag of the command line, derived from one field of a workflow's input. */
export interface InputFlag extends FlatField {
  /** Without its dashes: `max-rows`, `range.from`, or `input.day` where the command has a flag of that name. */
  readonly name: string;
  /** The field as it is written in the schema, accepted as well: `maxRows`. */
  readonly alias?: string;
}

/**
 * The flags for the fields of an input schema, nested objects as `--range.from`. A field whose name cannot be a flag
 * has none, and neither has a whole that is no object: those are set through JSON.
 * @param reservedNames the command's own flags without dashes, `no-color` standing for `color` too
 */
export function inputFlags(schema: JsonSchema, reservedNames: readonly string[]): readonly InputFlag[] {
  const taken = new Set(reservedNames.map((name) => optionKey(name.replace(/^-*(?:no-)?/, ''))));
  const fields = flatten(schema);
  // What a field is called comes before what another may also be called.
  const wanted = new Set(fields.map(({ path }) => optionKey(kebabCase(path))));
  return fields.flatMap((field) => {
    const name = nameFor(field.path, taken);
    if (name === undefined) return [];
    taken.add(optionKey(name));
    const alias = field.path.join('.');
    const key = optionKey(alias);
    const own = key === optionKey(kebabCase(field.path));
    const free = key === optionKey(name) || (!taken.has(key) && (own || !wanted.has(key)));
    if (alias === name || !free || !isFlagName(alias)) return [flagOf(field, name, undefined)];
    taken.add(key);
    return [flagOf(field, name, alias)];
  });
}

function nameFor(path: readonly string[], taken: ReadonlySet<string>): string | undefined {
  const kebab = kebabCase(path);
  const candidates = [kebab, `input.${kebab}`, `input.${path.join('.')}`];
  return candidates.find((name) => isFlagName(name) && !taken.has(optionKey(name)));
}

/** Words joined by dots; commander would read `--no-` at the front as a negation. */
function isFlagName(name: string): boolean {
  return /^[A-Za-z0-9][\w-]*(?:\.\w[\w-]*)*$/.test(name) && !name.startsWith('no-') && !name.endsWith('-');
}

function flagOf(field: FlatField, name: string, alias: string | undefined): InputFlag {
  return Object.freeze({ ...field, name, ...(alias !== undefined && { alias }) });
}

/** A plain switch: present or absent, `--x` or `--no-x`, without a value. */
export function isSwitch(flag: InputFlag): boolean {
  return (
    !flag.repeatable && flag.kinds.length === 1 && flag.kinds[0] === 'boolean' && flag.choices === undefined
  );
}
