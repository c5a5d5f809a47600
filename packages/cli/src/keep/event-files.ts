import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { RunEvent } from '@wf-sdk/core';
import { UsageError } from '../usage-error.ts';

/**
 * The events in files that `wf-sdk run --events` or `--json` wrote, one file after the other, a line at a time. A last line that
 * the end of its process has cut off is left out.
 *
 * @throws UsageError where a file cannot be read or is no such file
 */
export async function* readEventFiles(files: readonly string[]): AsyncGenerator<RunEvent, void> {
  for (const file of files) {
    try {
      yield* readEventFile(file);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(
        `${file} cannot be read as events (${String(error)}): wf-sdk run --events <file> writes such a file; a workflow is named before --events`,
      );
    }
  }
}

async function* readEventFile(file: string): AsyncGenerator<RunEvent, void> {
  const lines = createInterface({
    input: createReadStream(file, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let number = 0;
  // What does not read is an error only where something follows it.
  let unread: UsageError | undefined;
  for await (const line of lines) {
    number++;
    if (unread !== undefined) throw unread;
    if (line.trim() === '') continue;
    const event = toEvent(line);
    if (event === 'no event') unread = noEvent(file, number);
    else if (event !== 'other') yield event;
  }
  if (unread !== undefined && number === 1) throw unread;
}

function noEvent(file: string, line: number): UsageError {
  return new UsageError(
    `line ${line} of ${file} is no event: give a file that wf-sdk run --events <file> wrote, with an event on each line`,
  );
}

/** `other` is something that was said beside the events. */
function toEvent(line: string): RunEvent | 'other' | 'no event' {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'no event';
  }
  if (typeof value !== 'object' || value === null) return 'no event';
  const { type, run, at } = value as { readonly [key: string]: unknown };
  if (typeof type !== 'string') return 'no event';
  if (typeof run !== 'string' || typeof at !== 'number') return 'other';
  // Its type says what else it has: it was written by us, errors as plain data.
  return value as RunEvent;
}
