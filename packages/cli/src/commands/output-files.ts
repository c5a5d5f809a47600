import {
  closeSync,
  constants,
  existsSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { type RunEvent, type RunResult, toPlain } from '@wf-sdk/core';
import { toJsonText } from '../show/event-json.ts';
import { reasonOf } from '../show/write-problem.ts';
import type { NamedTrace } from '../telemetry/trace-link.ts';
import { UsageError } from '../usage-error.ts';

/** Appended to, so that lines of others who write there, too, stand between ours and not over them. */
const ANEW = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;

/**
 * The file of `--events`: each event is handed to the system, a whole line at once, before the next thing happens. Whatever ends
 * the process, only the last line can be unfinished.
 */
export class EventsFile {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #say: (text: string) => void;
  #isBroken = false;
  #problem: string | undefined;

  /**
   * @param say Is told at once where it is a pipe, and nobody reads it any more: that is its reader's choice, and no problem.
   * @throws UsageError when the file cannot be written: better now than after the run.
   */
  constructor(path: string, say: (text: string) => void) {
    this.#path = path;
    this.#say = say;
    this.#descriptor = open(path, ANEW, '--events');
  }

  /** A file that cannot be written any more does not stop the run: it is said at the end. */
  readonly observe = (event: RunEvent): void => {
    if (this.#isBroken) return;
    try {
      writeAll(this.#descriptor, `${toJsonText(event)}\n`);
    } catch (error) {
      this.#isBroken = true;
      if ((error as NodeJS.ErrnoException).code === 'EPIPE')
        this.#say(`nobody reads --events ${this.#path} any more: the run goes on without`);
      else this.#problem = `--events ${this.#path} is incomplete: ${reasonOf(error)}`;
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

  /**
   * Gives what went wrong, if anything did.
   *
   * @param trace The trace that tells of the run, if one does.
   */
  write(result: RunResult, trace?: NamedTrace): string | undefined {
    try {
      const told = trace === undefined ? result : { ...(toPlain(result) as object), ...trace };
      replace(this.#path, `${toJsonText(told, 2)}\n`);
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

function open(path: string, flags: string | number, option: string): number {
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
