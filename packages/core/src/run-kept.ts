import { decodeEvent, encodeEvent } from './codec/event.ts';
import { encode } from './codec/codec.ts';
import { isKnownDead, keepRepeating, processName, systemClock } from './execute/system.ts';
import { createId } from './lib/id.ts';
import type { RunEvent } from './model/event.ts';
import { OutputTooLargeError } from './model/codec-error.ts';
import type { Plan } from './model/plan.ts';
import type { Message, NewLogEntry, Store } from './model/store.ts';
import { TaskCache } from './run-cache.ts';
import type { RunSettings } from './run-options.ts';
import { RunNotEndedError } from './model/durable-error.ts';
import { type Past, takeUpLog } from './run-past.ts';
import type { CheckKept } from './runtime/loop.ts';
import type { RunSecrets } from './secrets/run-secrets.ts';
import { type Opened, openRun } from './store/kept-run.ts';
import { type Inbox, listenTo } from './store/inbox.ts';
import { structureOf } from './store/structure.ts';

/** An output that is longer as text, in characters, is warned of. */
const WARNED_LENGTH = 512 * 1024;

/** How one run is kept in a store: what is told goes there, and nothing acts on it before it is there. */
export class Keeping {
  readonly #store: Store;
  readonly #outputLimit: number;
  readonly #broken: (error: Error) => void;
  #opened: Opened | undefined;
  #encoded: { readonly output: unknown; readonly text: string } | undefined;
  #inbox: Inbox | undefined;
  #cache: TaskCache | undefined;

  /**
   * @param outputLimit How long an output may be as text, in characters.
   * @param broken Is told when the run can no longer be kept.
   */
  constructor(store: Store, outputLimit: number, broken: (error: Error) => void) {
    this.#store = store;
    this.#outputLimit = outputLimit;
    this.#broken = broken;
  }

  /**
   * Begins, or takes up what there is.
   *
   * @returns What is known of the run so far, where it has a log.
   * @throws RunActiveError, RunNotFoundError, StructureChangedError, RunNotEndedError, NothingToRetryError, StoreError
   */
  async open(plan: Plan, id: string, settings: RunSettings): Promise<Past | undefined> {
    const { clock, parent, source, resumes, retries, ifExists } = settings;
    const run = {
      id,
      workflow: plan.id,
      version: plan.version,
      structure: structureOf(plan),
      ...(parent !== undefined && { parent: parent.run }),
      ...(source !== undefined && { source }),
      createdAt: clock.now(),
    };
    const which = { ifExists: resumes ? 'must' : ifExists, again: retries !== undefined } as const;
    this.#opened = await openRun(this.#store, run, which, {
      owner: `${processName()} ${createId(systemClock.now())}`,
      isKnownDead,
      now: () => systemClock.now(),
      every: keepRepeating,
      yieldTurn: (callback) => clock.yieldTurn(callback),
      encode: (event) => this.#encode(event),
      decode: decodeEvent,
      broken: this.#broken,
    });
    try {
      return await this.#takeUp(this.#opened, plan, run.structure, settings);
    } catch (error) {
      // What is told of a run that is refused is not for its log.
      const { close } = this.#opened;
      this.#opened = undefined;
      await close();
      throw error;
    }
  }

  async #takeUp(
    { events = [], kept, log }: Opened,
    plan: Plan,
    structure: string,
    settings: RunSettings,
  ): Promise<Past | undefined> {
    const isRetried = settings.retries !== undefined;
    if (events.length === 0 && isRetried) throw new RunNotEndedError(kept.id);
    if (events.length === 0) return undefined;
    const messages = isRetried ? ((await this.#store.receive(kept.id)).at(-1)?.seq ?? 0) : 0;
    const at = settings.clock.now();
    const past = takeUpLog(plan, events, { kept, structure, messages, at, settings });
    if (past.taking.changed.length > 0) log.restructure(structure);
    return past;
  }

  /** Outputs of earlier runs, unless they are not to be used. */
  openCache({ id }: Plan, { cache }: RunSettings): TaskCache | undefined {
    return cache ? (this.#cache = new TaskCache(this.#store, id)) : undefined;
  }

  readonly hear = (event: RunEvent): void => this.#opened?.log.hear(event);

  /** Of a run that was refused before it was opened nothing is kept, and nothing is waited for. */
  readonly stored = (callback: () => void): void => {
    if (this.#opened === undefined) callback();
    else this.#opened.log.stored(callback);
  };

  /** Makes the check of outputs. @throws UnstorableError, OutputTooLargeError, SecretExposedError */
  checkKept(secrets: Pick<RunSecrets, 'refuse'>): CheckKept {
    return ({ id }, output, warn) => {
      const subject = `the output of task '${id}'`;
      const text = encode(output, subject, 'output');
      if (text.length > this.#outputLimit) throw new OutputTooLargeError(id, text.length, this.#outputLimit);
      if (text.length > WARNED_LENGTH)
        warn(
          `its output is ${Math.round(text.length / 1_000)} KB as text: it is kept, and read whenever the run is gone on with`,
        );
      this.#encoded = { output, text };
      secrets.refuse(subject, 'output', output);
    };
  }

  /** What was checked is told next, as a rule: it is not encoded twice. */
  #encode(event: RunEvent): NewLogEntry {
    const encoded = this.#encoded;
    if (encoded === undefined || !('output' in event) || event.output !== encoded.output)
      return encodeEvent(event);
    this.#encoded = undefined;
    return encodeEvent(event, encoded.text);
  }

  /** Hears what other processes say, after the message of this number. */
  listen(after: number, told: (message: Message) => void): void {
    const { id } = this.#opened?.log ?? {};
    if (id !== undefined) this.#inbox = listenTo(this.#store, id, after, { every: keepRepeating, told });
  }

  /** Settles when the run has heard all that was said to it until now. It never rejects. */
  readonly caughtUp = async (): Promise<void> => this.#inbox?.catchUp();

  /** Nothing more is kept of it. */
  abandon(error: Error): void {
    this.#opened?.log.break(error);
  }

  /** Nobody drives the run any more. */
  async close(): Promise<void> {
    this.#inbox?.close();
    await this.#cache?.settled();
    await this.#opened?.close();
  }
}
