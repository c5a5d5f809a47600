import type { Command } from './command.ts';
import type { ShellSettings } from './options.ts';
import { ShellError } from './shell-error.ts';

/** What a command has written to standard output, up to a limit. */
export class KeptOutput {
  readonly #isKept: boolean;
  readonly #limitBytes: number;
  readonly #full = new AbortController();
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor({ output, limitBytes }: ShellSettings) {
    this.#isKept = output !== 'none';
    this.#limitBytes = limitBytes;
  }

  /** Aborted when there is more than is kept. */
  get full(): AbortSignal {
    return this.#full.signal;
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  add(bytes: Uint8Array): void {
    if (!this.#isKept || this.#full.signal.aborted) return;
    this.#size += bytes.byteLength;
    if (this.#size <= this.#limitBytes) {
      this.#chunks.push(bytes);
      return;
    }
    this.#chunks.length = 0;
    this.#full.abort();
  }

  tooLarge(command: Command): ShellError {
    const limit = this.#limitBytes.toLocaleString('en-US');
    const advice = `raise outputLimit, write to a file and give its name, or say output: 'none'`;
    const what = `the command wrote more than ${limit} bytes to standard output, and was stopped (${advice})`;
    return new ShellError({ command, reason: 'output_too_large', what });
  }
}
