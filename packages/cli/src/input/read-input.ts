import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { findJsonError } from './find-json-error.ts';
import { InputError } from './input-error.ts';
import { isPlainObject } from './set-at-path.ts';

export interface InputSources {
  /** `--input '{…}'` */
  readonly inline?: string | undefined;
  /** `--input-file f.json`; `-` is standard input. */
  readonly file?: string | undefined;
  /** A `-` among the arguments, or `--input -`: read standard input. */
  readonly stdin?: boolean | undefined;
}

export interface InputPorts {
  /** The folder that `--input-file` is relative to. */
  readonly cwd: string;
  /** All of standard input. */
  readonly readStdin: () => Promise<string>;
}

/**
 * The input given as JSON, or `undefined` where none was. Exactly one source may be used; single flags are laid over
 * it afterwards (`mergeInput`).
 * @throws InputError `several_sources`, `no_such_file`, `unreadable_file`, `bad_json`, `not_an_object`
 */
export async function readInput(
  sources: InputSources,
  ports: InputPorts = { cwd: process.cwd(), readStdin },
): Promise<Record<string, unknown> | undefined> {
  const inline = sources.inline === '-' ? undefined : sources.inline;
  const file = sources.file === '-' ? undefined : sources.file;
  const stdin = sources.stdin === true || sources.inline === '-' || sources.file === '-';
  const given = [
    ...(inline === undefined ? [] : ['--input']),
    ...(file === undefined ? [] : ['--input-file']),
    ...(stdin ? ['- (standard input)'] : []),
  ];
  if (given.length > 1) {
    throw new InputError(
      'several_sources',
      `The input is given ${given.length} times: by ${given.join(' and ')}. Use one.`,
    );
  }
  if (inline !== undefined) return parseObject(inline, '--input');
  if (file !== undefined) return parseObject(readFile(file, ports.cwd), file);
  if (stdin) return parseObject(await ports.readStdin(), 'standard input');
  return undefined;
}

/** The flags' values laid over the JSON's, key by key; objects are merged, all else is replaced. */
export function mergeInput(
  json: Readonly<Record<string, unknown>>,
  flags: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged = new Map(Object.entries(json));
  for (const [key, value] of Object.entries(flags)) {
    const below = merged.get(key);
    merged.set(key, isPlainObject(below) && isPlainObject(value) ? mergeInput(below, value) : value);
  }
  return Object.fromEntries(merged);
}

function readFile(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new InputError('no_such_file', `No such file: --input-file ${file}`, { cause });
    const why = code === 'EISDIR' ? 'it is a folder' : code === 'EACCES' ? 'no permission' : String(code);
    throw new InputError('unreadable_file', `Cannot read --input-file ${file}: ${why}`, { cause });
  }
}

function parseObject(source: string, origin: string): Record<string, unknown> {
  // Editors on Windows put a byte order mark in front, which JSON.parse refuses.
  const text = source.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError('bad_json', explain(text, origin), { cause });
  }
  if (isPlainObject(value)) return value;
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  throw new InputError(
    'not_an_object',
    `${origin} must be a JSON object such as {"day": "2026-01-31"}, not ${kind}.`,
  );
}

const AROUND = 40;

function explain(text: string, origin: string): string {
  if (text.trim() === '') return `${origin} is empty; a JSON object is expected, {} at least.`;
  const problem = findJsonError(text);
  if (problem === undefined) return `${origin} is not valid JSON.`;
  const { offset, reason } = problem;
  const before = text.slice(0, offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  const from = Math.max(0, column - 1 - AROUND);
  const line = text.split('\n')[before.length - 1]?.trimEnd() ?? '';
  const excerpt = line.slice(from, column - 1 + AROUND).replaceAll('\t', ' ');
  const indent = ' '.repeat(column - 1 - from);
  return `${origin} is not valid JSON, line ${before.length}, column ${column}: ${reason}.\n\n  ${excerpt}\n  ${indent}^`;
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}
