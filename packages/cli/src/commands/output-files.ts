import { closeSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import type { RunEvent, RunResult } from '@wf-sdk/core';
import { toJsonText } from '../show/event-json.ts';
import { UsageError } from '../usage-error.ts';

/** The file of `--events`: each event is on the disk before the next thing happens. */
export class EventsFile {
  readonly #path: string;
  readonly #descriptor: number;
  #problem: string | undefined;

  /** @throws UsageError when the file cannot be written: better now than after the run. */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = open(path, 'w', '--events');
  }

  /** A file that cannot be written any more does not stop the run: it is said at the end. */
  readonly observe = (event: RunEvent): void => {
    if (this.#problem !== undefined) return;
    try {
      writeAll(this.#descriptor, `${toJsonText(event)}\n`);
    } catch (error) {
      this.#problem = `--events ${this.#path} is incomplete: ${reasonOf(error)}`;
    }
  };

  /** Gives what went wrong, if anything did. */
  end(): string | undefined {
    closeSync(this.#descriptor);
    return this.#problem;
  }
}

/** The file of `--output`: written whole or not at all. */
export class ResultFile {
  readonly #path: string;

  /** @throws UsageError when the file cannot be written: better now than after the run. */
  constructor(path: string) {
    this.#path = path;
    closeSync(open(path, 'a', '--output'));
  }

  /** Gives what went wrong, if anything did. */
  write(result: RunResult): string | undefined {
    const draft = `${this.#path}.${process.pid}.tmp`;
    try {
      writeFileSync(draft, `${toJsonText(result, 2)}\n`);
      renameSync(draft, this.#path);
      return undefined;
    } catch (error) {
      rmSync(draft, { force: true });
      return `--output ${this.#path} was not written: ${reasonOf(error)}`;
    }
  }
}

function open(path: string, flags: string, option: string): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    throw new UsageError(`${option} ${path} cannot be written: ${reasonOf(error)}`);
  }
}

/** A write to a nearly full disk may take only a part; the rest then fails. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
}

function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'its folder does not exist';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'no permission to write there';
    case 'ENOSPC':
      return 'the disk is full';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
