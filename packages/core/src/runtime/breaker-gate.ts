import type { Breaker } from '../execute/breaker.ts';
import type { BreakerPass } from '../execute/breaker-pass.ts';
import { breakerFor } from '../execute/breakers.ts';
import type { Item, Unit } from '../execute/attempt.ts';
import type { PlannedTask } from '../model/plan.ts';
import type { BreakerPolicy } from '../model/policy.ts';
import type { Loop } from './loop.ts';

/** Lets attempts through their breakers, and wakes those that wait for one. */
export class BreakerGate {
  readonly #loop: Loop;
  readonly #wake: (task: PlannedTask, item: Item | undefined) => void;
  readonly #breakers = new Map<string, Breaker>();
  #waiting: Map<Unit, () => void> | undefined;
  #unfollow: (() => void)[] = [];

  /**
   * Joins every breaker that the run's tasks name.
   *
   * @throws OptionError for a setting that another run has given otherwise.
   */
  constructor(loop: Loop, wake: (task: PlannedTask, item: Item | undefined) => void) {
    this.#loop = loop;
    this.#wake = wake;
    try {
      for (const policy of loop.plan.needs.breakers) this.#join(policy);
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
    const breaker = this.#breakers.get(policy.name);
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
    for (const unfollow of this.#unfollow) unfollow();
    for (const stop of this.#waiting?.values() ?? []) stop();
    this.#waiting = undefined;
  }

  #join(policy: BreakerPolicy): void {
    const loop = this.#loop;
    const breaker = breakerFor(policy, loop.clock);
    this.#breakers.set(policy.name, breaker);
    this.#unfollow.push(
      breaker.onChange((state) => {
        loop.tick();
        loop.journal.breakerChanged(policy.name, state, loop.now);
      }),
    );
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
    });
    if (item === undefined)
      loop.journal.waiting(task.index, { for: 'breaker', ...(until !== undefined && { until }) }, loop.now);
  }
}
