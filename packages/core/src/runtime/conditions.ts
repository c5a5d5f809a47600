import { dataOf } from '../execute/data.ts';
import { isThenable } from '../lib/thenable.ts';
import { ConditionError } from '../model/error.ts';
import type { PlannedTask } from '../model/plan.ts';
import type { Loop } from './loop.ts';

type Condition = (data: never) => unknown;

/** Looks at a task's branches and conditions, in this order, and passes, skips or fails the task. */
export function checkConditions(loop: Loop, task: PlannedTask): void {
  const { branches = [], conditions = [] } = task.definition;
  const onBranch = branches.every(({ task: dependency, labels }) =>
    labels.includes(labelOf(loop, task, dependency)),
  );
  if (!onBranch) return loop.skipTask(task.index, 'branch');
  if (conditions.length === 0) return loop.scheduler.pass(task.index);
  const data = dataOf(task, loop.outputs) as never;
  checkFrom(loop, task, conditions, 0, data);
}

function labelOf({ outputs }: Loop, { reads, dependsOn }: PlannedTask, dependency: string): unknown {
  const index = dependsOn[reads.indexOf(dependency)] ?? -1;
  const settled = outputs.settledOf(index);
  return settled.status === 'succeeded' ? settled.value : undefined;
}

function checkFrom(
  loop: Loop,
  task: PlannedTask,
  conditions: readonly Condition[],
  from: number,
  data: never,
): void {
  for (let place = from; place < conditions.length; place++) {
    let said: unknown;
    try {
      said = conditions[place]?.(data);
    } catch (error) {
      return loop.failTask(task.index, new ConditionError(task.id, error));
    }
    if (isThenable(said)) return wait(loop, task, conditions, place, data, said);
    if (!said) return loop.skipTask(task.index, 'condition');
  }
  loop.scheduler.pass(task.index);
}

/** While an asynchronous condition is waited for, the run may be cancelled, and the task with it. */
function wait(
  loop: Loop,
  task: PlannedTask,
  conditions: readonly Condition[],
  place: number,
  data: never,
  said: PromiseLike<unknown>,
): void {
  const then = (step: () => void): void => {
    if (!loop.scheduler.isChecking(task.index)) return;
    loop.tick();
    step();
    loop.proceed();
  };
  said.then(
    (yes: unknown) =>
      then(() => {
        if (yes) checkFrom(loop, task, conditions, place + 1, data);
        else loop.skipTask(task.index, 'condition');
      }),
    (error: unknown) => then(() => loop.failTask(task.index, new ConditionError(task.id, error))),
  );
}
