import { compile, OptionError, type Outcome, type Plan, type Workflow } from '@wf-sdk/core';
import type { Failure } from '../run/failures.ts';
import type { LooseOptions } from '../run/loose-options.ts';
import type { EventMatch } from '../run/test-options.ts';
import type { TestResult } from '../run/test-handle.ts';
import { type Case, caseInWords, caseOptions, failureInWords } from './case.ts';
import { checkTask } from './check-task.ts';
import { errorsFor } from './errors.ts';
import { examine, type Examined } from './invariant.ts';
import { InvariantError } from './invariant-error.ts';
import { countOutcome, noOutcomes } from './outcomes.ts';
import { type Ground, randomCase } from './random-case.ts';
import { refuseOptions } from './refuse-options.ts';
import { shrink } from './shrink.ts';
import { askedIn, endsOf, orderOf, pointsOf } from './told.ts';

/** The options of an exploration, whatever its workflow. */
export type LooseExploreOptions = LooseOptions & {
  readonly invariant: (result: TestResult) => unknown;
  readonly runs?: number;
  readonly failing?: readonly string[];
  readonly errors?: Readonly<Record<string, Failure | undefined>>;
  readonly cancels?: boolean;
  readonly beforeEach?: () => unknown;
};

/** What was tried. */
export interface ExploreReport {
  readonly runs: number;
  /** How many different orders of starts and ends there were. */
  readonly orders: number;
  /** How many runs ended like this. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
}

/** Tries case after case, and makes the first one that breaks the invariant small. */
export class Exploration {
  readonly #workflow: Workflow;
  readonly #plan: Plan;
  readonly #options: LooseOptions;
  readonly #ground: Omit<Ground, 'cancelPoints'>;
  readonly #invariant: (result: TestResult) => unknown;
  readonly #beforeEach: (() => unknown) | undefined;
  readonly #runs: number;
  readonly #cancels: boolean;

  constructor(workflow: Workflow, given: LooseExploreOptions) {
    const { invariant, runs = 100, failing, errors, cancels = false, beforeEach, ...options } = given;
    if (!Number.isSafeInteger(runs) || runs < 1) throw new OptionError('runs', 'a whole number from 1', runs);
    if (typeof invariant !== 'function')
      throw new OptionError('invariant', 'a function of the result', invariant);
    refuseOptions(options, ['clock', 'seed', 'autoAdvance', 'cancelOn', 'signal']);
    this.#workflow = workflow;
    this.#plan = compile(workflow);
    this.#options = options;
    this.#invariant = invariant;
    this.#beforeEach = beforeEach;
    this.#runs = runs;
    this.#cancels = cancels;
    const { tasks } = this.#plan;
    this.#ground = {
      tasks,
      failing: failingTasks(this.#plan, failing, options),
      options,
      errorOf: errorsFor(this.#plan, errors),
    };
  }

  async explore(): Promise<ExploreReport> {
    const orders = new Set<string>();
    const outcomes = noOutcomes();
    const points = new Map<string, EventMatch>();
    for (let seed = 1; seed <= this.#runs; seed++) {
      const cancelPoints = this.#cancels ? [...points.values()] : [];
      const one = randomCase(seed, this.#runs, { ...this.#ground, cancelPoints });
      const { result, fault } = await this.#examine(one);
      if (result === undefined || fault !== undefined)
        throw await this.#smallest(seed, one, { result, fault });
      orders.add(orderOf(result));
      countOutcome(outcomes, result);
      if (this.#cancels) for (const point of pointsOf(result)) points.set(JSON.stringify(point), point);
    }
    return { runs: this.#runs, orders: orders.size, outcomes };
  }

  async #examine(one: Case): Promise<Examined> {
    await this.#beforeEach?.();
    return examine(this.#workflow, caseOptions(one, this.#options), this.#invariant);
  }

  async #smallest(number: number, found: Case, first: Examined): Promise<InvariantError> {
    const breaks = async (one: Case): Promise<boolean> => {
      const { result, fault } = await this.#examine(one);
      return result !== undefined && fault !== undefined;
    };
    const { id } = this.#plan;
    const where = `in case ${number} of ${this.#runs}`;
    const words = caseInWords(found);
    // A run that was given up has taken long, and so would those with less in them.
    if (first.result === undefined)
      return this.#error(`the run of workflow '${id}' does not end ${where}: ${words}`, found, first);
    if (!(await breaks(found))) {
      const once = `workflow '${id}' broke the invariant once ${where}, but not again: ${words}`;
      return this.#error(`${once}\n${WHY_ONCE}`, found, first);
    }
    const smallest = await shrink(found, this.#ground.errorOf, breaks);
    const last = await this.#examine(smallest);
    const broken = `workflow '${id}' breaks the invariant ${where}. The smallest case: ${caseInWords(smallest)}`;
    return this.#error(broken, smallest, last.fault === undefined ? first : last);
  }

  #error(found: string, one: Case, { result, fault }: Examined): InvariantError {
    const asked = result === undefined ? one : withoutIdleDecisions(one, result);
    return new InvariantError({
      found,
      result,
      fault,
      marks: Object.fromEntries(
        Object.entries(one.failures).map(([task, plan]) => [task, failureInWords(plan)]),
      ),
      notes:
        result === undefined || one.seed === undefined
          ? []
          : [`ended in this order: ${endsOf(result).join(', ')}`],
      options: caseOptions(asked, this.#options),
    });
  }
}

const WHY_ONCE =
  'Runs share something that `beforeEach` does not put back, or do something real that is not the same each time.';

/** @throws TestKitError */
function failingTasks(
  plan: Plan,
  failing: readonly string[] | undefined,
  options: LooseOptions,
): Ground['failing'] {
  const { stubs = {}, failures = {} } = options;
  for (const task of failing ?? []) checkTask(plan, task, 'failing');
  return plan.tasks.filter(({ id, definition }) => {
    if (
      Object.hasOwn(failures, id) ||
      ((definition.sleep ?? definition.signal) !== undefined && !Object.hasOwn(stubs, id))
    )
      return false;
    return failing === undefined || failing.includes(id);
  });
}

/** What a person was not asked does not have to be said. */
function withoutIdleDecisions(one: Case, result: TestResult): Case {
  const asked = askedIn(result);
  const decisions = Object.entries(one.decisions).filter(([task]) => asked.has(task));
  return { ...one, decisions: Object.fromEntries(decisions) };
}
