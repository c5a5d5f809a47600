import { isSameSetting, optionOf, showSetting } from '../model/breaker.ts';
import { OptionError } from '../model/error.ts';
import type { BreakerPolicy, BreakerSetting, BreakerState } from '../model/policy.ts';
import type { Clock } from '../model/ports.ts';
import { Changes, type Listener } from './breaker-changes.ts';
import { BreakerPass, type CallOutcome, type EndOfCall } from './breaker-pass.ts';
import type { BreakerWindow, CallCounts } from './breaker-window.ts';
import { systemWarn } from './system.ts';

interface Closed {
  readonly state: 'closed';
  readonly window: BreakerWindow;
  readonly end: EndOfCall;
}

/** Times are milliseconds since the epoch. */
interface Opened {
  /** When it last opened. */
  readonly openedAt: number;
  /** When a probe is allowed. It goes by when the next call asks. */
  readonly until: number;
  /** What made it open. */
  readonly counts: CallCounts;
}

interface Open extends Opened {
  readonly state: 'open';
}

interface HalfOpen extends Opened {
  readonly state: 'half_open';
}

type Phase = Closed | Open | HalfOpen;

/** A breaker as it is now. Times are milliseconds since the epoch. */
export type BreakerStatus = {
  readonly name: string;
  /** How many calls ended within the window; while it is not closed: when it opened. */
  readonly calls: number;
  /** How many of these failed. */
  readonly failures: number;
} & (
  | { readonly state: 'closed' }
  | {
      readonly state: 'open';
      /** When it last opened. */
      readonly openedAt: number;
      /** From when on the next call is let through as a probe. */
      readonly until: number;
    }
  | { readonly state: 'half_open'; readonly openedAt: number }
);

/**
 * A circuit breaker. Closed: calls go through, and it opens when too many of them fail. Open: no call goes through
 * until its time has passed; the next that asks then is the probe. Half-open: the probe is under way and nothing else
 * goes through; its success closes the breaker, its failure opens it again, and if it is abandoned the breaker is open
 * as before, for another probe at once. Only calls change its state: it needs no timer.
 *
 * A call counts in the phase in which it entered. One that ends after the state has changed says nothing about now.
 */
export class Breaker {
  readonly name: string;
  readonly #clock: Clock;
  readonly #windowFor: (policy: BreakerPolicy) => BreakerWindow;
  readonly #changes = new Changes<BreakerState>();
  /** Settings that a use of the name has given. */
  readonly #given: Set<BreakerSetting>;
  #policy: BreakerPolicy;
  /** The last one that fitted: as a rule one workflow runs again and again. */
  #joined: BreakerPolicy;
  #phase: Phase;
  #warned = false;

  constructor(policy: BreakerPolicy, clock: Clock, windowFor: (policy: BreakerPolicy) => BreakerWindow) {
    this.name = policy.name;
    this.#clock = clock;
    this.#windowFor = windowFor;
    this.#given = new Set(policy.given);
    this.#policy = policy;
    this.#joined = policy;
    this.#phase = this.#closed();
  }

  get state(): BreakerState {
    return this.#phase.state;
  }

  get status(): BreakerStatus {
    const { name } = this;
    const phase = this.#phase;
    switch (phase.state) {
      case 'closed':
        return { name, state: 'closed', ...phase.window.counts() };
      case 'open':
        return { name, state: 'open', ...phase.counts, openedAt: phase.openedAt, until: phase.until };
      case 'half_open':
        return { name, state: 'half_open', ...phase.counts, openedAt: phase.openedAt };
    }
  }

  /** Asks to make a call. Undefined where none may go through now; else a pass, which has to be ended. */
  enter(): BreakerPass | undefined {
    const phase = this.#phase;
    switch (phase.state) {
      case 'closed':
        return new BreakerPass(phase.end);
      case 'open':
        return this.#clock.now() < phase.until ? undefined : this.#probe(phase);
      case 'half_open':
        return undefined;
    }
  }

  /**
   * When the next probe is allowed, in milliseconds since the epoch; it may have gone by. Undefined while closed, and
   * while a probe is under way: then the next change of state says more.
   */
  opensUntil(): number | undefined {
    return this.#phase.state === 'open' ? this.#phase.until : undefined;
  }

  /** Tells each change of state after it was made, in order. Gives what ends that. */
  onChange(callback: (state: BreakerState) => void): () => void {
    const listener = { hear: callback };
    this.follow(listener);
    return () => this.unfollow(listener);
  }

  /** The same for a listener that is there anyway: every run follows the breakers of its tasks. */
  follow(listener: Listener<BreakerState>): void {
    this.#changes.add(listener);
  }

  unfollow(listener: Listener<BreakerState>): void {
    this.#changes.delete(listener);
  }

  /**
   * Another use of the name. What it gives and nobody gave before takes the place of the default; a closed breaker
   * then begins to count anew.
   *
   * @throws OptionError for a setting that was given otherwise.
   */
  join(policy: BreakerPolicy): void {
    if (policy === this.#joined) return;
    const other = policy.given.filter((setting) => !isSameSetting(setting, this.#policy, policy));
    const conflict = other.find((setting) => this.#given.has(setting));
    if (conflict !== undefined) {
      const [before, now] = [this.#policy, policy].map((each) => showSetting(conflict, each));
      const wanted = `${before}, the same in every use of breaker '${this.name}' in this process (or give this one another name)`;
      throw new OptionError(`breaker.${optionOf(conflict)}`, wanted, policy[conflict], now);
    }
    this.#joined = policy;
    for (const setting of policy.given) this.#given.add(setting);
    if (other.length === 0) return;
    this.#policy = {
      ...this.#policy,
      ...Object.fromEntries(other.map((setting) => [setting, policy[setting]])),
    };
    if (this.#phase.state === 'closed') this.#phase = this.#closed();
  }

  /** Closes it whatever its state; calls under way no longer count. */
  reset(): void {
    const changed = this.#phase.state !== 'closed';
    this.#phase = this.#closed();
    if (changed) this.#changes.tell('closed');
  }

  /** A new one is as open as the process before this one left it. Nobody is told: it has not changed. */
  reopen(until: number): void {
    const openedAt = until - this.#policy.resetAfterMs;
    this.#phase = { state: 'open', openedAt, until, counts: { calls: 0, failures: 0 } };
  }

  #callEnded(phase: Closed, outcome: CallOutcome, error: unknown, now: number | undefined): void {
    if (phase !== this.#phase || outcome === 'abandoned') return;
    if (outcome === 'succeeded' || !this.#counts(error)) phase.window.succeeded(now);
    else if (phase.window.failed()) this.#open(phase.window.counts());
  }

  #probeEnded(phase: HalfOpen, outcome: CallOutcome, error: unknown): void {
    if (phase !== this.#phase) return;
    if (outcome === 'abandoned') this.#enterPhase({ ...phase, state: 'open' });
    else if (outcome === 'failed' && this.#counts(error)) this.#open(phase.counts);
    else this.#enterPhase(this.#closed());
  }

  #probe(opened: Opened): BreakerPass {
    const phase: HalfOpen = { ...opened, state: 'half_open' };
    this.#enterPhase(phase);
    return new BreakerPass((outcome, error) => this.#probeEnded(phase, outcome, error));
  }

  #closed(): Closed {
    const phase: Closed = {
      state: 'closed',
      window: this.#windowFor(this.#policy),
      end: (outcome, error, now) => this.#callEnded(phase, outcome, error, now),
    };
    return phase;
  }

  #open(counts: CallCounts): void {
    const openedAt = this.#clock.now();
    this.#enterPhase({ state: 'open', openedAt, until: openedAt + this.#policy.resetAfterMs, counts });
  }

  #enterPhase(phase: Phase): void {
    this.#phase = phase;
    this.#changes.tell(phase.state);
  }

  /** A `countIf` that throws must not decide by it whether a dead service is called on: the failure counts. */
  #counts(error: unknown): boolean {
    const { countIf } = this.#policy;
    try {
      return countIf === undefined || countIf(error);
    } catch (thrown) {
      if (!this.#warned)
        systemWarn(`countIf of breaker '${this.name}' threw, so that the failure counted: ${String(thrown)}`);
      this.#warned = true;
      return true;
    }
  }
}
