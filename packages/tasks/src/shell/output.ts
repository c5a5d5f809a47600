import { type Schema, type SchemaIssue, ValidationError } from '@wf-sdk/core';
import type { Command } from './command.ts';
import { ShellError } from './shell-error.ts';

/**
 * What becomes of standard output: a text without its last line break, a list of lines, what it says as JSON, or that as a
 * schema makes it; or nothing.
 */
export type Output = 'text' | 'lines' | 'json' | 'none' | Schema;

/** What a handler gives, by its `output`. */
export type OutputOf<O extends Output> = O extends 'text'
  ? string
  : O extends 'lines'
    ? string[]
    : O extends 'none'
      ? undefined
      : O extends Schema<unknown, infer Out>
        ? Out
        : unknown;

/**
 * @throws ShellError where it should be JSON and is not.
 * @throws ValidationError where it does not fit the schema.
 */
export async function readOutput(output: Output, bytes: Uint8Array, command: Command): Promise<unknown> {
  if (output === 'none') return undefined;
  const text = new TextDecoder().decode(bytes);
  if (output === 'text') return text.replace(/\r?\n$/, '');
  if (output === 'lines') return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const value = parse(text, command);
  return output === 'json' ? value : validate(output, value);
}

const SHOWN = 80;

function parse(text: string, command: Command): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const start = text.trim().slice(0, SHOWN);
    const what = start === '' ? 'it has written nothing' : `it begins with ${JSON.stringify(start)}…`;
    throw new ShellError({
      command,
      reason: 'output_unreadable',
      what: `what the command wrote to standard output is no JSON (${what})`,
      cause,
    });
  }
}

async function validate(schema: Schema, value: unknown): Promise<unknown> {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ path = [], message }): SchemaIssue => ({
    path: path.map((segment) => (typeof segment === 'object' ? segment.key : segment)),
    message,
  }));
  throw new ValidationError('what the command wrote to standard output', 'output_invalid', issues);
}
