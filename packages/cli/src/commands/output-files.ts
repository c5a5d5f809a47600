import {
  closeSync,
  existsSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
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
    const isNew = !existsSync(path);
    closeSync(open(path, 'a', '--output'));
    // A run that does not get to its end leaves no empty file behind.
    if (isNew) rmSync(path);
  }

  /** Gives what went wrong, if anything did. */
  write(result: RunResult): string | undefined {
    try {
      replace(this.#path, `${toJsonText(result, 2)}\n`);
      return undefined;
    } catch (error) {
      return `--output ${this.#path} was not written: ${reasonOf(error)}`;
    }
  }
}

/** Writes the file of `--output` whole or not at all. @throws UsageError when it cannot be written */
export function writeWhole(path: string, text: string): void {
  try {
    replace(path, text);
  } catch (error) {
    throw new UsageError(`--output ${path} cannot be written: ${reasonOf(error)}`);
  }
}

function replace(path: string, text: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  // Renaming would put a file in the place of a pipe or a device such as /dev/stdout.
  if (stats !== undefined && !stats.isFile()) return writeFileSync(path, text);
  // What a link leads to is replaced, not the link.
  const target = stats === undefined ? path : realpathSync(path);
  const draft = `${target}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
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
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  EROFS: 'no permission to write there',
  ENOSPC: 'the disk is full',
};

function reasonOf(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}
