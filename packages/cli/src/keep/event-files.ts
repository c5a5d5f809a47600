import { createReadStream } from 'node:fs';
import { readEventLines, type RunEvent } from '@wf-sdk/core';
import { UsageError } from '../usage-error.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission to read it',
};

/**
 * The events in files that `wf-sdk run --events` or `--json` wrote, one file after the other. A last line that the end of its
 * process has cut off is left out.
 *
 * @throws UsageError where a file cannot be read or is no such file
 */
export async function* readEventFiles(files: readonly string[]): AsyncGenerator<RunEvent, void> {
  for (const file of files) {
    try {
      yield* readEvents(createReadStream(file), file);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(
        `${file} cannot be read as events: ${reasonOf(error)}. wf-sdk run --events <file> writes such a file; a workflow is named before --events`,
      );
    }
  }
}

/**
 * The events in a source of which the command was told, with the last line where that is cut off.
 *
 * @param name What it is called in messages.
 * @throws UsageError where a line is no event
 */
export async function* readEvents(
  source: Parameters<typeof readEventLines>[0],
  name: string,
): AsyncGenerator<RunEvent, string | undefined> {
  try {
    return yield* readEventLines(source);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(
      `${name}: ${error.message}; give a file that wf-sdk run --events <file> wrote, with an event on each line`,
    );
  }
}

function reasonOf(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? String(error);
}
