import type { BreakerPass } from '../execute/attempt.ts';
import type { Breaker } from '../execute/breaker.ts';
import { breakerFor } from '../execute/breakers.ts';
import type { Item, Unit } from '../execute/item.ts';
import type { PlannedTask } from '../model/plan.ts';
import type { BreakerPolicy } from '../model/policy.ts';
import type { Loop } from './loop.ts';

/** Lets attempts through their breakers, and wakes those that wait for one. */
export class BreakerGate {
  readonly #loop: Loop;
  readonly #wake: (task: PlannedTask, item: Item | undefined) => void;
  #breakers: Map<string, Breaker> | undefined;
  #waiting: Map<Unit, () => void> | undefined;
  #unfollow: (() => void)[] = [];

  constructor(loop: Loop, wake: (task: PlannedTask, item: Item | undefined) => void) {
    this.#loop = loop;
    this.#wake = wake;
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
    const breaker = this.#breakerOf(policy);
    const pass = breaker.enter();
    if (pass !== undefined) return pass;
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

  #breakerOf(policy: BreakerPolicy): Breaker {
    const known = this.#breakers?.get(policy.name);
    if (known !== undefined) return known;
    const breaker = breakerFor(policy, this.#loop.clock);
    (this.#breakers ??= new Map()).set(policy.name, breaker);
    const loop = this.#loop;
    this.#unfollow.push(
      breaker.onChange((state) => {
        loop.tick();
        loop.journal.breakerChanged(policy.name, state, loop.now);
      }),
    );
    return breaker;
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
    const unfollow = breaker.onChange(() => queueMicrotask(() => (this.#waiting?.has(unit) === true ? wake() : undefined)));
    const disarm = until === undefined ? undefined : loop.clock.setTimer(Math.max(0, until - loop.now), wake);
    (this.#waiting ??= new Map()).set(unit, () => {
      unfollow();
      disarm?.();
    });
    if (item === undefined) loop.journal.waiting(task.index, { for: 'breaker', ...(until !== undefined && { until }) }, loop.now);
  }
}
