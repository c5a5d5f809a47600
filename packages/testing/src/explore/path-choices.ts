import type { Plan, PlannedTask } from '@wf-sdk/core';
import { isTimed } from '../run/after.ts';
import { isGate } from '../run/gate.ts';
import type { LooseOptions } from '../run/loose-options.ts';
import { labelsOf } from './labels.ts';
import type { Choice } from './walk.ts';

/**
 * What a path has become of a task: its attempts succeed, or all fail; it is skipped, by its condition or by a person;
 * a person approves it after it has failed; or it gives the label on which others branch.
 */
export type Fate = 'succeeded' | 'failed' | 'skipped' | 'approved' | { readonly label: unknown };

/** A question that a run can come to: what a condition says, how the attempts go, what a person decides. */
export interface PathChoice extends Choice<Fate | 'runs'> {
  readonly task: string;
  readonly about: 'condition' | 'attempts' | 'decision';
}

/** The questions about one task. What the test has answered is none. */
export interface TaskChoices {
  readonly task: string;
  readonly condition: PathChoice | undefined;
  readonly attempts: PathChoice | undefined;
  readonly decision: PathChoice | undefined;
  /** What a person gives who approves it. */
  readonly approval: unknown;
}

/** All questions about these tasks. */
export function choicesOf(
  { tasks, definition }: Plan,
  varied: (task: string) => boolean,
  options: LooseOptions,
): readonly TaskChoices[] {
  const { stubs = {}, conditions = {}, failures = {}, decisions = {} } = options;
  return tasks
    .filter(({ id }) => varied(id))
    .map((planned): TaskChoices => {
      const { id: task, definition: said } = planned;
      const isStubbed = Object.hasOwn(stubs, task);
      const labels = isStubbed ? [] : labelsOf(task, definition.tasks);
      const fails =
        ((said.sleep ?? said.signal) === undefined || isStubbed) && !Object.hasOwn(failures, task);
      return {
        task,
        condition:
          said.conditions === undefined || Object.hasOwn(conditions, task)
            ? undefined
            : { task, about: 'condition', ways: ['runs', 'skipped'] },
        attempts: fails ? { task, about: 'attempts', ways: attemptWays(labels) } : undefined,
        decision:
          escalates(planned) && !Object.hasOwn(decisions, task)
            ? { task, about: 'decision', ways: ['approved', 'skipped', 'failed'] }
            : undefined,
        approval: isStubbed ? stubbedValue(stubs[task]) : labels[0],
      };
    });
}

/** Whether a person may be asked about it. */
export function escalates({ definition: { recover } }: PlannedTask): boolean {
  return recover?.some(({ action }) => action.type === 'escalate') ?? false;
}

/** The output that a stub stands for, where it says so without being called. */
export function stubbedValue(stub: unknown): unknown {
  const value = isTimed(stub) ? stub.output : stub;
  return typeof value === 'function' || isGate(value) ? undefined : value;
}

function attemptWays(labels: readonly unknown[]): PathChoice['ways'] {
  const [first, ...others] = labels.map((label) => ({ label }));
  return first === undefined ? ['succeeded', 'failed'] : [first, ...others, 'failed'];
}
