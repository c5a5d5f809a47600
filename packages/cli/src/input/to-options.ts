import { Option } from 'commander';
import type { FlagKind } from './flag-kind.ts';
import { type InputFlag, isSwitch } from './input-flags.ts';
import { shorten } from './shorten.ts';

/**
 * The flags as commander's options, to be added to the run command. Values stay text and defaults are only shown:
 * `parseInputFlags` reads the text, and the schema applies the defaults.
 */
export function toOptions(flags: readonly InputFlag[]): Option[] {
  return flags.flatMap((flag) => {
    const main = isSwitch(flag)
      ? switchOptions(flag, flag.name, describe(flag))
      : [valueOption(flag, flag.name)];
    if (flag.alias === undefined) return main;
    const spare = isSwitch(flag) ? switchOptions(flag, flag.alias, '') : [valueOption(flag, flag.alias)];
    return [...main, ...spare.map((option) => option.hideHelp())];
  });
}

/** Without a flag there is nothing to negate, so `--no-x` is shown only where `x` is on by default. */
function switchOptions(flag: InputFlag, name: string, description: string): Option[] {
  const off = new Option(`--no-${name}`, `turn --${name} off`);
  return [new Option(`--${name}`, description), flag.default === true ? off : off.hideHelp()];
}

function valueOption(flag: InputFlag, name: string): Option {
  const option = new Option(`--${name} <${placeholder(flag)}>`, describe(flag));
  const collect = (text: string, before: unknown): unknown =>
    flag.repeatable ? [...(Array.isArray(before) ? (before as unknown[]) : []), text] : text;
  return option.argParser<unknown>(collect);
}

/** Longer lists of choices stand in the description only. */
const MAX_PLACEHOLDER = 24;

const PLACEHOLDERS: Readonly<Record<FlagKind, string>> = {
  text: 'text',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  null: 'null',
  json: 'json',
  date: 'date',
  bigint: 'integer',
  any: 'value',
};

function placeholder({ kinds, choices }: InputFlag): string {
  const listed = choices?.map(show).join('|');
  if (listed !== undefined && listed.length <= MAX_PLACEHOLDER) return listed;
  const shown = kinds.filter((kind) => kind !== 'null' || kinds.length === 1);
  return [...new Set(shown.map((kind) => PLACEHOLDERS[kind]))].join('|');
}

function describe(flag: InputFlag): string {
  const notes = [
    ...(flag.choices === undefined ? [] : [`choices: ${flag.choices.map(show).join(', ')}`]),
    ...(flag.default === undefined
      ? []
      : [`default: ${flag.default === '' ? "''" : shorten(show(flag.default))}`]),
    ...(flag.required ? ['required'] : []),
    ...(flag.repeatable ? ['repeatable'] : []),
  ];
  const text = flag.description ?? '';
  return notes.length === 0 ? text : `${text} (${notes.join('; ')})`.trimStart();
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
