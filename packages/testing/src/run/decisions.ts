import type { RunHandle, RunResult } from '@wf-sdk/core';
import type { TestDecision } from './test-options.ts';

type AnyDecision = TestDecision<unknown>;

/** Decides as a person would, in the order in which that was said. */
export class Decider {
  readonly #left = new Map<string, AnyDecision[] | AnyDecision>();

  constructor(decisions: Readonly<Record<string, unknown>>) {
    for (const [task, said] of Object.entries(decisions)) {
      if (said === undefined) continue;
      this.#left.set(task, Array.isArray(said) ? Array.from(said as AnyDecision[]) : (said as AnyDecision));
    }
  }

  /** A task waits. Where nothing is said about that, it goes on waiting. @throws ValidationError */
  decide(task: string, run: RunHandle<RunResult>): void {
    const left = this.#left.get(task);
    const decision = Array.isArray(left) ? left.shift() : left;
    if (decision === undefined) return;
    if (decision === 'retry') run.retry(task);
    else if (decision === 'skip') run.skip(task);
    else if (decision === 'fail') run.fail(task);
    else if ('fail' in decision) run.fail(task, decision.fail);
    else run.approve(task, decision.approve);
  }
}
