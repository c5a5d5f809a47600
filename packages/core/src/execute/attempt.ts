import type { Log, LogFields, LogLevel, RunInfo, TaskContext } from '../model/context.ts';

/** What an attempt needs of the run it belongs to. */
export interface AttemptHost {
  readonly info: RunInfo;
  log(task: string, attempt: number, level: LogLevel, message: string, fields: LogFields | undefined): void;
}

/**
 * One try of one task: the context its handler gets, and the switch that stops it. Once ended, whatever the handler
 * still gives is dropped. The signal is made when somebody first reads it: most handlers never do.
 */
export class Attempt implements TaskContext {
  readonly attempt: number;
  readonly #host: AttemptHost;
  readonly #task: string;
  #controller: AbortController | undefined;
  #abortedBy: { readonly reason: unknown } | undefined;

  constructor(host: AttemptHost, task: string, attempt: number) {
    this.#host = host;
    this.#task = task;
    this.attempt = attempt;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortedBy !== undefined) this.#controller.abort(this.#abortedBy.reason);
    }
    return this.#controller.signal;
  }

  get run(): RunInfo {
    return this.#host.info;
  }

  get task(): { readonly id: string } {
    return { id: this.#task };
  }

  get idempotencyKey(): string {
    return `${this.#host.info.id}/${this.#task}`;
  }

  get log(): Log {
    const write = (level: LogLevel) => (message: string, fields?: LogFields) =>
      this.#host.log(this.#task, this.attempt, level, message, fields);
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  }

  /** Tells the handler to stop; its signal, read now or later, is aborted with this reason. */
  abort(reason: unknown): void {
    if (this.#abortedBy !== undefined) return;
    this.#abortedBy = { reason };
    this.#controller?.abort(reason);
  }
}
