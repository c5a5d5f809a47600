import { didYouMean, type Plan } from '@wf-sdk/core';
import { isTimed } from './after.ts';
import { TestKitError } from './test-kit-error.ts';

/** A task that waits for a signal, as a function sees it that says what is sent. */
export interface WaitingForSignal {
  readonly task: string;
  /** The name of the signal. */
  readonly signal: string;
  /** How many tasks have come to wait for this signal, this one included. */
  readonly occasion: number;
}

/** A payload, a function that makes one, or either of them `after()` some time. */
type Sent = {} | null | undefined | ((waiting: WaitingForSignal) => unknown);

/** By the signal's name: what is sent each time that a task waits for it, or the first time, the second time and so on. */
export type Signals = Readonly<Record<string, Sent | readonly Sent[]>>;

/** What sending needs of the run. */
interface SenderHost {
  /** Whether the task is still waiting. */
  isWaiting(task: string): boolean;
  /** @throws ValidationError */
  send(name: string, value: unknown): void;
  setTimer(delayMs: number, callback: () => void): void;
  failed(error: Error): void;
}

/** Sends signals as others would, in the order in which that was said. */
export class Sender {
  readonly #signals: Signals;
  readonly #host: SenderHost;
  readonly #occasions = new Map<string, number>();

  constructor(signals: Signals, host: SenderHost) {
    this.#signals = signals;
    this.#host = host;
  }

  /** A task waits. Where nothing is said about its signal, it goes on waiting. */
  answer(task: string, signal: string): void {
    const said = this.#signals[signal];
    if (said === undefined || !this.#host.isWaiting(task)) return;
    const occasion = (this.#occasions.get(signal) ?? 0) + 1;
    this.#occasions.set(signal, occasion);
    if (Array.isArray(said) && occasion > said.length) return;
    const sent: unknown = Array.isArray(said) ? said[occasion - 1] : said;
    const waiting = { task, signal, occasion };
    if (!isTimed(sent)) this.#send(waiting, sent);
    else
      this.#host.setTimer(sent['~after'], () => {
        if (this.#host.isWaiting(task)) this.#send(waiting, sent.output);
      });
  }

  #send(waiting: WaitingForSignal, sent: unknown): void {
    try {
      const value =
        typeof sent === 'function' ? (sent as (waiting: WaitingForSignal) => unknown)(waiting) : sent;
      this.#host.send(waiting.signal, value);
    } catch (error) {
      this.#host.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

interface SignalOptions {
  readonly signals?: Signals;
  readonly stubs?: Readonly<Record<string, unknown>>;
  readonly stubAll?: boolean;
}

/** @throws TestKitError for a signal that no task waits for in this test. */
export function checkSignals(
  { id, tasks }: Plan,
  { signals = {}, stubs = {}, stubAll }: SignalOptions,
): void {
  const waiting = tasks.flatMap(({ definition: { id: task, signal } }) =>
    signal === undefined ? [] : [{ task, name: signal.name }],
  );
  for (const name of Object.keys(signals)) {
    const named = waiting.filter((one) => one.name === name).map(({ task }) => task);
    if (named.length === 0)
      throw new TestKitError(
        notWaitedFor(
          id,
          name,
          waiting.map((one) => one.name),
        ),
      );
    if (stubAll === true)
      throw new TestKitError(`signals.${name}: under stubAll no task waits for a signal; leave it out`);
    if (named.every((task) => Object.hasOwn(stubs, task)))
      throw new TestKitError(
        `signals.${name}: ${named.join(', ')} would wait for it, and has a stub: leave out one of the two`,
      );
  }
}

function notWaitedFor(workflow: string, name: string, names: readonly string[]): string {
  const none = names.length === 0 ? '; none of them waits for a signal' : '';
  const hint = didYouMean(name, names);
  return `signals.${name}: no task of workflow '${workflow}' waits for signal '${name}'${hint}${none}`;
}
