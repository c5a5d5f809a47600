import type { Breaker } from '../execute/breaker.ts';
import type { BreakerPass } from '../execute/breaker-pass.ts';
import type { Listener } from '../execute/breaker-changes.ts';
import { breakerFor, isBreakerKnown } from '../execute/breakers.ts';
import type { Item, Unit } from '../execute/attempt.ts';
import type { PlannedTask } from '../model/plan.ts';
import type { BreakerPolicy, BreakerState } from '../model/policy.ts';
import type { Loop } from './loop.ts';

/** Lets attempts through their breakers, and wakes those that wait for one. */
export class BreakerGate {
  readonly #loop: Loop;
  readonly #wake: (task: PlannedTask, item: Item | undefined) => void;
  readonly #joined: JoinedBreaker[] = [];
  #waiting: Map<Unit, () => void> | undefined;

  /**
   * Joins every breaker that the run's tasks name.
   *
   * @param open Until when those were open for which the run waited in a process before this one. Where this process knows such a
   * breaker already, it knows better.
   * @throws OptionError for a setting that another run has given otherwise.
   */
  constructor(
    loop: Loop,
    open: ReadonlyMap<string, number> | undefined,
    wake: (task: PlannedTask, item: Item | undefined) => void,
  ) {
    this.#loop = loop;
    this.#wake = wake;
    const reopened = open && Array.from(open).filter(([name]) => !isBreakerKnown(name, loop.clock));
    try {
      for (const policy of loop.plan.needs.breakers) this.#joined.push(new JoinedBreaker(loop, policy));
      if (reopened !== undefined) for (const [name, until] of reopened) this.#breakerOf(name)?.reopen(until);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Gives a pass; or says that the unit `waits` until the breaker lets it try, that the attempt `fails`, or that it is
   * `hopeless`, because the task's deadline comes before the breaker's next probe.
   */
  enter(
    task: PlannedTask,
    item: Item | undefined,
    policy: BreakerPolicy,
  ): BreakerPass | 'waits' | 'fails' | 'hopeless' {
    const breaker = this.#breakerOf(policy.name);
    const pass = breaker?.enter();
    if (breaker === undefined || pass !== undefined) return pass ?? 'fails';
    if (policy.whenOpen === 'fail') return 'fails';
    const until = breaker.opensUntil();
    const deadlineAt = this.#loop.limits?.deadlineAt(task.index);
    if (until !== undefined && deadlineAt !== undefined && until >= deadlineAt) return 'hopeless';
    this.#wait(task, item, breaker, until);
    return 'waits';
  }

  /** The unit no longer waits. */
  leave(unit: Unit): void {
    this.#waiting?.get(unit)?.();
    this.#waiting?.delete(unit);
  }

  close(): void {
    for (const joined of this.#joined) joined.leave();
    for (const stop of this.#waiting?.values() ?? []) stop();
    this.#waiting = undefined;
  }

  #breakerOf(name: string): Breaker | undefined {
    // Most runs have one.
    for (const { breaker } of this.#joined) if (breaker.name === name) return breaker;
    return undefined;
  }

  /** Until the breaker's next probe is due, or until its state changes, whichever comes first. */
  #wait(task: PlannedTask, item: Item | undefined, breaker: Breaker, until: number | undefined): void {
    const loop = this.#loop;
    const unit = item ?? task.index;
    const wake = (): void => {
      this.leave(unit);
      loop.tick();
      this.#wake(task, item);
      loop.proceed();
    };
    // Told in the midst of a step, perhaps another run's. While a probe is under way nobody else gets through.
    const unfollow = breaker.onChange((state) => {
      if (state === 'half_open') return;
      queueMicrotask(() => (this.#waiting?.has(unit) === true ? wake() : undefined));
    });
    const disarm = until === undefined ? undefined : loop.clock.setTimer(Math.max(0, until - loop.now), wake);
    (this.#waiting ??= new Map()).set(unit, () => {
      unfollow();
      disarm?.();
      loop.waits.end(unit);
    });
    if (until !== undefined) loop.waits.beginLong(unit, until, breaker.name);
    if (item === undefined)
      loop.journal.waiting(task.index, { for: 'breaker', ...(until !== undefined && { until }) }, loop.now);
  }
}

/** A breaker that tasks of a run name: the run tells its changes of state. */
class JoinedBreaker implements Listener<BreakerState> {
  readonly breaker: Breaker;
  readonly #loop: Loop;

  /** @throws OptionError for a setting that another run has given otherwise. */
  constructor(loop: Loop, policy: BreakerPolicy) {
    this.#loop = loop;
    this.breaker = breakerFor(policy, loop.clock);
    this.breaker.follow(this);
  }

  hear(state: BreakerState): void {
    this.#loop.tick();
    this.#loop.journal.breakerChanged(this.breaker.name, state, this.#loop.now);
  }

  leave(): void {
    this.breaker.unfollow(this);
  }
}
