import { decodeEvent, encodeEvent } from '../codec/event.ts';
import { encode } from '../codec/codec.ts';
import { isKnownDead, keepRepeating, processName, systemClock } from '../execute/system.ts';
import { createId } from '../lib/id.ts';
import type { RunEvent } from '../model/event.ts';
import { OutputTooLargeError } from '../model/codec-error.ts';
import type { Plan, PlannedTask } from '../model/plan.ts';
import type { Signal } from '../model/signal.ts';
import type { Message, NewLogEntry, Store, StoredRunState } from '../model/store.ts';
import { TaskCache } from './cache.ts';
import type { RunSettings } from './options.ts';
import { RunNotEndedError } from '../model/durable-error.ts';
import type { RunState } from '../model/state.ts';
import { TooManyRunsError } from '../model/turn-error.ts';
import { type Past, takeUpLog } from './past.ts';
import type { CheckKept } from '../runtime/loop.ts';
import { callWaiting, lineIn } from './line-kept.ts';
import { OwnMail } from './own-mail.ts';
import type { Turn } from './turn.ts';
import type { RunSecrets } from '../secrets/run-secrets.ts';
import { type Opened, openRun } from '../store/kept-run.ts';
import { type Inbox, listenTo } from '../store/inbox.ts';
import { isActive } from '../store/listed.ts';
import { structureOf } from '../store/structure.ts';

/** An output that is longer as text, in characters, is warned of. */
const WARNED_LENGTH = 512 * 1024;

/** What a run that may have to wait for its turn brings along. */
interface Waiting {
  /** Its input, where it is new. */
  readonly input: unknown;
  /** Absent where as many runs of its workflow may be active as there are. */
  readonly turn: Turn | undefined;
  /** Tells that it waits for these runs. */
  readonly tell: (input: unknown, runs: readonly string[]) => void;
}

/** A run as it goes on from here. */
export interface TakenUp {
  /** Absent where nothing of it has started: it is begun, with this input. */
  readonly past: Past | undefined;
  readonly input: unknown;
  /** The runs below it that are open. */
  readonly left: readonly string[];
  /** What was said to it while it waited for its turn, where it was cancelled by that. */
  readonly told: readonly Message[];
}

type Pending = Extract<RunEvent, { readonly type: 'run.pending' }>;

function asStarted({ run, at, workflow, version, input }: Pending, { tasks }: Plan): RunEvent {
  return { type: 'run.started', run, at, workflow, version, input, total: tasks.length };
}

/** The states of a run that has not ended. */
const OPEN: readonly StoredRunState[] = ['pending', 'running', 'waiting'];

function runsOther({ definition }: PlannedTask): boolean {
  return definition.child !== undefined;
}

/** How one run is kept in a store: what is told goes there, and nothing acts on it before it is there. */
export class Keeping {
  readonly #store: Store;
  readonly #outputLimit: number;
  readonly #broken: (error: Error) => void;
  #opened: Opened | undefined;
  #encoded: { readonly output: unknown; readonly text: string } | undefined;
  #inbox: Inbox | undefined;
  #ownMail: OwnMail | undefined;
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
   * Begins, or takes up what there is. A run that has to wait for its turn has it then, or is to be cancelled.
   *
   * @throws RunActiveError, RunNotFoundError, StructureChangedError, RunNotEndedError, NothingToRetryError, TooManyRunsError,
   * StoreError
   */
  async open(plan: Plan, id: string, settings: RunSettings, waiting: Waiting): Promise<TakenUp> {
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
    const { turn } = waiting;
    const which = {
      ifExists: resumes ? 'must' : ifExists,
      again: retries !== undefined,
      state: turn === undefined || turn.limit === Infinity ? 'running' : 'pending',
    } as const;
    const owner = `${processName()} ${createId(systemClock.now())}`;
    this.#opened = await openRun(this.#store, run, which, {
      owner,
      isKnownDead,
      now: () => systemClock.now(),
      every: keepRepeating,
      yieldTurn: (callback) => clock.yieldTurn(callback),
      encode: (event) => this.#encode(event),
      decode: decodeEvent,
      broken: this.#broken,
    });
    try {
      turn?.onLeave(() => callWaiting(this.#store));
      return await this.#takeUp(this.#opened, plan, run.structure, settings, owner, waiting);
    } catch (error) {
      // What is told of a run that is refused is not for its log.
      const { close, events } = this.#opened;
      this.#opened = undefined;
      if (error instanceof TooManyRunsError && events === undefined) await this.#store.remove(id);
      await close();
      throw error;
    }
  }

  async #takeUp(
    opened: Opened,
    plan: Plan,
    structure: string,
    settings: RunSettings,
    owner: string,
    waiting: Waiting,
  ): Promise<TakenUp> {
    const { events = [], kept, log } = opened;
    const isRetried = settings.retries !== undefined;
    const begun = events.some(({ type }) => type === 'run.started');
    if (!begun && isRetried) throw new RunNotEndedError(kept.id);
    const pending = begun ? undefined : events.findLast((event) => event.type === 'run.pending');
    const heard = isRetried ? ((await this.#store.receive(kept.id)).at(-1)?.seq ?? 0) : 0;
    const input = pending === undefined ? waiting.input : pending.input;
    const read = (): Past | undefined => {
      const found = { kept, structure, messages: heard, at: settings.clock.now(), settings };
      if (begun) return takeUpLog(plan, events, found);
      // Nothing of it has started: what has changed since is for whoever takes it up to allow, as for any run.
      return pending === undefined ? undefined : takeUpLog(plan, [asStarted(pending, plan)], found);
    };
    let past = read();
    if ((past?.taking.changed.length ?? 0) > 0) log.restructure(structure);
    const { finished } = past?.history ?? {};
    if (finished !== undefined && !isRetried) await this.#settle(opened, owner, finished.state);
    let told: readonly Message[] = [];
    if (waiting.turn !== undefined && !isActive(kept) && (finished === undefined || isRetried)) {
      const line = lineIn(this.#store, waiting.turn, kept.id, owner, heard);
      await waiting.turn.take(line, (runs) => {
        this.#ownMail = new OwnMail(this.#store, kept.id, this.#broken);
        waiting.tell(input, runs);
        // What is told on the way to the store makes it pending again.
        return new Promise((resolve) => log.stored(resolve));
      });
      this.#ownMail?.close();
      told = await line.untilCancelled();
      for (const { id } of told) this.#ownMail?.heard(id);
      past = read();
    }
    const goesOn = begun && past?.history.finished === undefined;
    const left = goesOn && plan.tasks.some(runsOther) ? await this.#openBelow(kept.id) : [];
    return { past: begun ? past : undefined, input, left, told };
  }

  async #openBelow(id: string): Promise<readonly string[]> {
    const query = { parent: id, states: OPEN, limit: Number.MAX_SAFE_INTEGER };
    return (await this.#store.list(query)).map((run) => run.id);
  }

  /** Whether a run that the store has, of any process, has not ended. @throws StoreError */
  async isOpen(id: string): Promise<boolean> {
    const run = await this.#store.find(id);
    return run !== undefined && OPEN.includes(run.state);
  }

  /** A run that had ended was to be retried, and its process died before anything was told of that: it has ended still. */
  async #settle({ events = [], kept }: Opened, owner: string, state: RunState): Promise<void> {
    if (kept.state === state) return;
    await this.#store.append([{ run: kept.id, expected: events.length, owner, entries: [], state }]);
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
  listen(after: number, tell: (message: Message) => void): void {
    const { id } = this.#opened?.log ?? {};
    if (id === undefined) return;
    const told = (message: Message): void => {
      tell(message);
      this.#ownMail?.heard(message.id);
    };
    this.#inbox = listenTo(this.#store, id, after, { every: keepRepeating, told });
  }

  /** Settles when the run has heard all that was said to it until now. It never rejects. */
  readonly caughtUp = async (): Promise<void> => {
    await this.#ownMail?.sent;
    await this.#inbox?.catchUp();
  };

  /** A signal is heard later, if the run has not started; or what was sent before it has not been heard. @throws UnstorableError */
  readonly posts = ({ name, value, by }: Omit<Signal, 'number'>): boolean => {
    if (this.#ownMail?.take({ type: 'signal', name, value }, by) !== true) return false;
    void this.caughtUp();
    return true;
  };

  /** Not all of it waits any more, though none of its own tasks may have told anything. */
  goOn(): void {
    this.#opened?.log.goOn();
  }

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
