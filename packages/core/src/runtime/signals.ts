import { checkStorable } from '../codec/storable.ts';
import { parseDuration } from '../lib/duration.ts';
import { messageOf } from '../lib/message.ts';
import type { PlannedTask, TaskIndex } from '../model/plan.ts';
import { validate } from '../model/schema.ts';
import type { Signal, SignalWait } from '../model/signal.ts';
import { SignalRefusedError, SignalTimeoutError } from '../model/signal-error.ts';
import type { History } from '../record/history.ts';
import type { Loop } from './loop.ts';

/** What waiting for signals needs of whoever began the run. */
interface SignalHost {
  /** Settles when the run has heard all that was said to it from other processes; absent where nothing can be. */
  readonly caughtUp: (() => Promise<void>) | undefined;
  /** Whether the run will hear a signal later, from its store, which keeps it; absent where the run is not kept. */
  readonly posts: ((signal: Sent) => boolean) | undefined;
  /** The secrets of the run, which may not be known before it is. */
  readonly secrets: Keeper;
}

interface Keeper {
  /** @throws SecretExposedError where a value that would be kept holds a secret. */
  refuse(subject: string, name: string, value: unknown): void;
}

/** A signal that nothing was told of yet. */
type Sent = Omit<Signal, 'number'>;

/** A task that waits for a signal. */
interface Waiting {
  readonly task: PlannedTask;
  readonly wait: SignalWait;
  /** Gives up its time limit. */
  readonly disarm: () => void;
  /** The signal that it takes if its schema, which works asynchronously, says yes. */
  checking: Signal | undefined;
}

/** The signals of a run: those that were sent and not taken yet, and the tasks that wait for one. */
export class Signals {
  readonly #loop: Loop;
  readonly #host: SignalHost;
  /** Sent and not taken, the first first. */
  #kept: Signal[] = [];
  #sent = 0;
  /** The first first. */
  readonly #waiting = new Map<TaskIndex, Waiting>();
  /** Sent before the run was known. */
  #early: Sent[] = [];

  constructor(loop: Loop, host: SignalHost) {
    this.#loop = loop;
    this.#host = host;
  }

  /** What a log says of the signals of a run that goes on. */
  restore({ signals, signalled }: History): void {
    this.#kept = [...signals];
    this.#sent = signalled;
  }

  /** The run is known: what was sent before is taken in. */
  open(): void {
    const early = this.#early;
    this.#early = [];
    for (const signal of early) {
      const exposed = this.#exposed(signal);
      if (exposed === undefined) this.#accept(signal);
      else this.#warnOf(signal, exposed);
    }
  }

  /** The run will be known later, perhaps in another process: what was sent before is kept until then. */
  post(): void {
    this.#early = this.#early.filter(
      (signal) => this.#exposed(signal) !== undefined || this.#host.posts?.(signal) !== true,
    );
  }

  /** Why what was sent before the secrets were known cannot be kept, if so. */
  #exposed({ name, value }: Sent): unknown {
    try {
      this.#checkKept(name, value);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  #checkKept(name: string, value: unknown): void {
    if (this.#loop.checkKept === undefined) return;
    checkStorable(value, `signal '${name}'`, 'value');
    this.#host.secrets.refuse(`signal '${name}'`, 'value', value);
  }

  /** Nobody who sent it can be told any more: the first task that could have taken it says so. */
  #warnOf(signal: Sent, error: unknown): void {
    const { plan } = this.#loop;
    const taker = plan.tasks.find(({ definition }) => definition.signal?.name === signal.name);
    if (taker !== undefined) this.#loop.warn(taker.index, dropped(signal, error));
  }

  /**
   * Takes in a signal, for the task that has waited longest, or will wait first. Where a schema works asynchronously, a
   * payload that does not fit is said in the run's log, by the task that would have taken it.
   *
   * @param by Who sends it.
   * @throws SignalRefusedError where no task can take it any more
   * @throws ValidationError where the payload does not fit
   * @throws UnstorableError, SecretExposedError where the run is kept, and the payload cannot be
   */
  send(name: string, value: unknown, by: string | undefined): void {
    const signal = this.#toSignal(name, value, by);
    if (this.#host.posts?.(signal) !== true) this.#takeIn(signal);
  }

  /** The same, of one that the run's store had. */
  hear(name: string, value: unknown, by: string | undefined): void {
    this.#takeIn(this.#toSignal(name, value, by));
  }

  #toSignal(name: string, value: unknown, by: string | undefined): Sent {
    const { schema } = this.#takerOf(name);
    this.#checkKept(name, value);
    const fits = validate(schema, value, subjectOf(name), 'signal_invalid');
    // The task that takes it asks again.
    if (fits instanceof Promise) fits.catch(() => undefined);
    return { name, value, ...(by !== undefined && { by }) };
  }

  #takeIn(signal: Sent): void {
    const loop = this.#loop;
    if (loop.phase === 'new') this.#early.push(signal);
    else if (loop.journal.telling) queueMicrotask(() => this.#accept(signal));
    else this.#accept(signal);
  }

  /** @throws SignalRefusedError */
  #takerOf(name: string): SignalWait {
    for (const { task, wait } of this.#waiting.values())
      if (wait.name === name && this.#loop.scheduler.isOpen(task.index)) return wait;
    const { plan, scheduler } = this.#loop;
    const all = plan.tasks.filter(({ definition }) => definition.signal !== undefined);
    const named = all.filter(({ definition }) => definition.signal?.name === name);
    const open = named.find(({ index }) => scheduler.isOpen(index))?.definition.signal;
    if (open !== undefined) return open;
    const names = new Set(all.map(({ definition }) => definition.signal?.name ?? ''));
    throw new SignalRefusedError(
      plan.id,
      name,
      [...names],
      named.map(({ id }) => id),
    );
  }

  #accept(sent: Sent): void {
    const loop = this.#loop;
    if (loop.phase === 'ended') return;
    loop.tick();
    const signal = { number: ++this.#sent, ...sent };
    this.#kept.push(signal);
    loop.journal.runSignalled(signal, loop.now);
    for (const waiting of this.#waiting.values()) this.#take(waiting);
    if (loop.phase === 'going') loop.proceed();
  }

  /** A task comes to wait for its signal; one that is there already is taken. */
  wait(task: PlannedTask, wait: SignalWait): void {
    const loop = this.#loop;
    const { index } = task;
    const timeoutMs = wait.timeout === undefined ? undefined : parseDuration(wait.timeout);
    const until = timeoutMs === undefined ? undefined : loop.now + timeoutMs;
    loop.limits?.startTask(task, loop.now);
    loop.scheduler.wait(index);
    const details = { for: 'signal', signal: wait.name } as const;
    loop.journal.waiting(index, until === undefined ? details : { ...details, until }, loop.now);
    this.waitOn(task, wait, until, loop.now);
  }

  /**
   * A task that waits goes on waiting.
   *
   * @param until When its time is over, perhaps in the past.
   */
  waitOn(task: PlannedTask, wait: SignalWait, until: number | undefined, since: number): void {
    const loop = this.#loop;
    const { index } = task;
    if (!loop.scheduler.isOpen(index)) return;
    const disarm =
      until === undefined
        ? () => undefined
        : loop.clock.setTimer(Math.max(0, until - loop.now), () => this.#timeUp(index));
    const waiting = { task, wait, disarm, checking: undefined };
    this.#waiting.set(index, waiting);
    loop.waits.begin(index, { until, since, asks: true });
    this.#take(waiting);
  }

  /** Takes the first signal that fits, if there is one. */
  #take(waiting: Waiting): void {
    const loop = this.#loop;
    const { task, wait } = waiting;
    for (;;) {
      if (this.#waiting.get(task.index) !== waiting || waiting.checking !== undefined) return;
      const place = this.#kept.findIndex(({ name }) => name === wait.name);
      const [signal] = place === -1 ? [] : this.#kept.splice(place, 1);
      if (signal === undefined) return;
      try {
        const output = validate(wait.schema, signal.value, subjectOf(wait.name), 'signal_invalid');
        if (!(output instanceof Promise)) return this.#succeed(waiting, signal, output);
        waiting.checking = signal;
        return void output.then(
          (late) => this.#checked(waiting, () => this.#succeed(waiting, signal, late)),
          (error: unknown) => this.#checked(waiting, () => loop.warn(task.index, dropped(signal, error))),
        );
      } catch (error) {
        loop.warn(task.index, dropped(signal, error));
      }
    }
  }

  #checked(waiting: Waiting, then: () => void): void {
    if (this.#waiting.get(waiting.task.index) !== waiting) return;
    waiting.checking = undefined;
    this.#loop.tick();
    then();
    this.#take(waiting);
    this.#loop.proceed();
  }

  #succeed({ task }: Waiting, { number, by }: Signal, output: unknown): void {
    this.#succeedWith(task, output, () =>
      this.#loop.succeedTask(task.index, output, undefined, { number, ...(by !== undefined && { by }) }),
    );
  }

  /** Fails the task where its output cannot be kept. */
  #succeedWith(task: PlannedTask, output: unknown, succeed: () => void): void {
    try {
      this.#loop.checkKept?.(task, output, (message) => this.#loop.warn(task.index, message));
    } catch (error) {
      return this.#loop.failTask(task.index, error as Error);
    }
    succeed();
  }

  /** What was sent in time may not have been heard yet. */
  #timeUp(index: TaskIndex): void {
    const { caughtUp } = this.#host;
    if (caughtUp === undefined) this.#giveUp(index);
    else void caughtUp().then(() => this.#giveUp(index));
  }

  #giveUp(index: TaskIndex): void {
    const waiting = this.#waiting.get(index);
    if (waiting === undefined) return;
    const loop = this.#loop;
    const { task, wait } = waiting;
    const { onTimeout = { kind: 'fail' } } = wait;
    loop.tick();
    switch (onTimeout.kind) {
      case 'fail':
        loop.failTask(index, new SignalTimeoutError(task.id, wait.name, parseDuration(wait.timeout) ?? 0));
        break;
      case 'skip':
        loop.skipTask(index, 'timeout');
        break;
      case 'value': {
        const { value } = onTimeout;
        this.#succeedWith(task, value, () => loop.succeedTask(index, value, 'timeout'));
        break;
      }
    }
    loop.proceed();
  }

  /** The task is over. A signal that it has not taken is there for others. */
  end(index: TaskIndex): void {
    const waiting = this.#waiting.get(index);
    if (waiting === undefined) return;
    this.#waiting.delete(index);
    waiting.disarm();
    if (waiting.checking !== undefined) this.#kept.unshift(waiting.checking);
  }
}

function subjectOf(name: string): string {
  return `the payload of signal '${name}'`;
}

function dropped({ name }: Sent, error: unknown): string {
  return `signal '${name}' was not taken: ${messageOf(error)}`;
}
