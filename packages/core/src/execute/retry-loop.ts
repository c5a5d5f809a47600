import pRetry from 'p-retry';
import type { RetryPolicy } from '../model/policy.ts';
import type { Clock } from '../model/ports.ts';
import { AttemptFailure, allowsRetry, delayAfter } from './backoff.ts';

/** What the retrying of one task needs from its run. */
export interface RetryPorts {
  readonly clock: Clock;
  /** Evenly between 0 and 1, 1 excluded. */
  readonly random: () => number;
  /** Another attempt will follow this one after a wait: the task gives up its slot. False ends the retrying. */
  waiting(failure: AttemptFailure, delayMs: number): boolean;
  /** The wait is over: the task wants a slot for its next attempt. */
  again(): void;
  /** No attempt will follow this one. */
  giveUp(failure: AttemptFailure): void;
}

/**
 * The attempts that are left after a task's first failure. Entered only then: a task that succeeds at once never pays
 * for it. p-retry keeps the count and the loop; the waits are the run's clock's, so that they hold no slot, end at
 * once when the run is cancelled, and can be virtual in tests.
 */
export class RetryLoop {
  readonly #ports: RetryPorts;
  #settle: { resolve(): void; reject(reason: unknown): void } | undefined;
  #disarm: (() => void) | undefined;
  #stopped = false;

  constructor(first: AttemptFailure, policy: RetryPolicy, ports: RetryPorts) {
    this.#ports = ports;
    pRetry((pass) => (pass === 1 ? Promise.reject(first) : this.#again()), {
      retries: policy.attempts - first.attempt,
      minTimeout: 0,
      shouldRetry: ({ error }) => this.#wait(error as AttemptFailure, policy),
    }).then(undefined, (reason: unknown) => {
      if (!this.#stopped) ports.giveUp(toFailure(reason, first.attempt));
    });
  }

  /** The attempt that `again` asked for has failed. */
  failed(failure: AttemptFailure): void {
    this.#settle?.reject(failure);
  }

  /** The task is over, whether it succeeded or was ended from outside: no wait goes on, no attempt follows. */
  stop(): void {
    this.#stopped = true;
    this.#disarm?.();
    this.#settle?.reject(STOPPED);
  }

  #again(): Promise<void> {
    if (this.#stopped) return Promise.reject(STOPPED);
    const attempt = this.#settled();
    this.#ports.again();
    return attempt;
  }

  async #wait(failure: AttemptFailure, policy: RetryPolicy): Promise<boolean> {
    if (this.#stopped) throw STOPPED;
    if (!allowsRetry(policy, failure)) return false;
    const { clock, random } = this.#ports;
    const delayMs = delayAfter(failure, policy, clock.now(), random);
    if (!this.#ports.waiting(failure, delayMs)) return false;
    if (this.#stopped) throw STOPPED;
    const over = this.#settled();
    this.#disarm = clock.setTimer(delayMs, () => this.#settle?.resolve());
    await over;
    this.#disarm = undefined;
    return true;
  }

  /** Settled by whichever of `failed`, `stop` or the timer comes first. */
  #settled(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }
}

/** What is not an attempt's failure was thrown by a port: by a clock or a source of chance that users gave. */
function toFailure(reason: unknown, attempt: number): AttemptFailure {
  if (reason instanceof AttemptFailure) return reason;
  return new AttemptFailure(reason instanceof Error ? reason : new Error(String(reason)), attempt);
}

const STOPPED = new Error('the task is over');
