import { OptionError } from '@wf-sdk/core';

/** What a command reads: text and bytes as they are, anything else as JSON; undefined where there is nothing. */
export function toInput(input: unknown): string | Uint8Array | undefined {
  if (input === undefined || typeof input === 'string' || input instanceof Uint8Array) return input;
  try {
    const json = JSON.stringify(input) as string | undefined;
    if (json !== undefined) return json;
  } catch {
    // A bigint, or an object that contains itself.
  }
  throw new OptionError('input', 'text, bytes or what JSON can hold', input);
}
