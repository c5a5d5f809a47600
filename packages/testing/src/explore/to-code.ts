import { isTimed } from '../run/after.ts';
import type { LooseOptions } from '../run/loose-options.ts';

/** A line of code is no longer than this, if it can be broken. */
const WIDTH = 100;
/** What takes more than this to write out is referred to instead. */
const LONGEST = 300;
const DEEPEST = 6;
const CALL = 'await testRun(workflow';

/**
 * The call that makes a run, as code to be pasted into a test. What cannot be written down, such as a function, is referred to
 * as what it was given as: `stubs.load`.
 */
export function toCall(options: LooseOptions): string {
  const entries = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const code = isPlain(value) ? record(value, name) : (toCode(value) ?? name);
      return code === name ? name : `${name}: ${code}`;
    });
  return entries.length === 0 ? `${CALL});` : `${CALL}, ${braced(entries, '', CALL.length + 2)});`;
}

/** The entries of an option that has one for each task. */
function record(values: Readonly<Record<string, unknown>>, name: string): string {
  const entries = Object.entries(values).map(
    ([key, value]) => `${keyOf(key)}: ${toCode(value) ?? timedCode(value, at(name, key)) ?? at(name, key)}`,
  );
  return braced(entries, '  ', name.length + 4);
}

function timedCode(value: unknown, reference: string): string | undefined {
  return isTimed(value) ? `after(${value['~after']}, ${toCode(value.output) ?? reference})` : undefined;
}

/** @param used How much of the line is written already. */
function braced(entries: readonly string[], indent: string, used: number): string {
  if (entries.length === 0) return '{}';
  const line = `{ ${entries.join(', ')} }`;
  if (used + line.length <= WIDTH && !line.includes('\n')) return line;
  return `{\n${entries.map((entry) => `${indent}  ${entry},\n`).join('')}${indent}}`;
}

function keyOf(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}

function at(name: string, key: string): string {
  return keyOf(key) === key ? `${name}.${key}` : `${name}[${quoted(key)}]`;
}

/** A value as code; none where there is no such code, or too much. */
function toCode(value: unknown): string | undefined {
  const code = written(value, 0);
  return code === undefined || code.length > LONGEST ? undefined : code;
}

function written(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : objectCode(value, depth + 1);
    case 'function':
    case 'symbol':
      return undefined;
  }
}

function objectCode(value: object, depth: number): string | undefined {
  if (depth > DEEPEST) return undefined;
  if (value instanceof Error) return `new ${value.constructor.name}(${quoted(value.message)})`;
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? undefined : `new Date('${value.toISOString()}')`;
  if (Array.isArray(value)) {
    const items = value.map((item) => written(item, depth));
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
  }
  if (!isPlain(value) || '~after' in value) return undefined;
  const entries = Object.entries(value).map(([key, one]) => [key, written(one, depth)] as const);
  if (entries.some(([, code]) => code === undefined)) return undefined;
  return entries.length === 0
    ? '{}'
    : `{ ${entries.map(([key, code]) => `${keyOf(key)}: ${code}`).join(', ')} }`;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll(`\\"`, '"').replaceAll(`'`, `\\'`)}'`;
}
