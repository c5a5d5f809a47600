import { didYouMean } from '../lib/suggest.ts';
import type { TaskDefinition, WorkflowDefinition } from '../model/definition.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { isSchema } from '../model/schema.ts';
import { checkActiveRuns } from './active-runs.ts';
import { checkControl, checkFailurePolicies } from './control.ts';
import { checkRecovery } from './recovery.ts';

type Report = (diagnostic: Diagnostic) => void;

const ID = /^[\p{L}_][\p{L}\p{N}_.:-]*$/u;
const SIMPLE_ID = /^[A-Za-z_][\w.:-]*$/;
const RESERVED: ReadonlySet<string> = new Set(['input', 'item', 'index', 'matrix', '__proto__']);

/** Checks everything that can be seen without following edges. */
export function checkDefinition(definition: WorkflowDefinition, report: Report): void {
  if (!isId(definition.id)) {
    report({
      code: 'bad_id',
      message: `workflow ID ${JSON.stringify(definition.id)} is not usable: ${ID_RULE}`,
    });
  }
  if (definition.input !== undefined && !isSchema(definition.input)) {
    report({
      code: 'bad_schema',
      message: `the workflow's input must be a Standard Schema, such as a zod schema`,
    });
  }
  checkFailurePolicies(definition, report);
  checkActiveRuns(definition, report);
  if (definition.tasks.length === 0) {
    report({
      code: 'empty_workflow',
      message: `the workflow has no tasks; add one with .addTask('…').run(…)`,
    });
  }
}

const ID_RULE = 'it must begin with a letter or _ and go on with letters, digits and _ . : -';

/** Untyped code can put anything among the tasks: what is not even shaped like one is reported, and left out. */
export function checkShape(task: unknown, place: number, report: Report): task is TaskDefinition {
  const { id, dependsOn } = (task ?? {}) as Partial<TaskDefinition>;
  if (typeof id === 'string' && Array.isArray(dependsOn)) return true;
  const wanted = `an object with an id and a list dependsOn`;
  report({ code: 'bad_task', message: `task number ${place + 1} of the definition must be ${wanted}` });
  return false;
}

/** Untyped code can say `null` where a thing is to be left out: that is reported, and left out. */
export function withoutNulls(task: TaskDefinition, report: Report): TaskDefinition {
  let clean = task;
  for (const key in task) {
    if (task[key as keyof TaskDefinition] !== null) continue;
    report({
      code: 'bad_task',
      task: task.id,
      message: `task '${task.id}': ${key} is null; leave it out instead`,
    });
    clean = { ...clean, [key]: undefined };
  }
  return clean;
}

/** Checks one task beside the others, which `tasks` has by ID. */
export function checkTask(task: TaskDefinition, tasks: ReadonlyMap<string, unknown>, report: Report): void {
  const { id } = task;
  if (!isId(id))
    report({ code: 'bad_id', task: id, message: `task ID ${JSON.stringify(id)} is not usable: ${ID_RULE}` });
  if (RESERVED.has(id)) {
    report({ code: 'reserved_id', task: id, message: `'${id}' is reserved; choose another task ID` });
  }
  const works = (task.child ?? task.sleep ?? task.signal) !== undefined;
  if (typeof task.handler !== 'function' && !(works && task.handler === undefined)) {
    const wrong = task.handler === undefined ? `has no .run()` : `has a .run() that is not a function`;
    report({
      code: 'missing_handler',
      task: id,
      message: `task '${id}' ${wrong}; say what it does with .run((data, ctx) => …)`,
    });
  }
  if (task.output !== undefined && !isSchema(task.output)) {
    report({
      code: 'bad_schema',
      task: id,
      message: `task '${id}': .output() takes a Standard Schema, such as a zod schema`,
    });
  }
  if (task.dependsOn.length > 0) checkDependencies(task, tasks, report);
  checkControl(task, tasks, report);
  checkRecovery(task, report);
}

function checkDependencies(task: TaskDefinition, tasks: ReadonlyMap<string, unknown>, report: Report): void {
  const { id } = task;
  const met = new Set<string>();
  for (const dependency of task.dependsOn) {
    if (dependency === id) {
      report({ code: 'self_dependency', task: id, message: `task '${id}' depends on itself` });
    } else if (!tasks.has(dependency)) {
      const hint = didYouMean(dependency, tasks.keys());
      report({
        code: 'unknown_dependency',
        task: id,
        message: `task '${id}' depends on '${dependency}', which is not a task of this workflow${hint}`,
      });
    } else if (met.has(dependency)) {
      report({
        code: 'duplicate_dependency',
        task: id,
        message: `task '${id}' names its dependency '${dependency}' twice`,
      });
    }
    met.add(dependency);
  }
}

function isId(id: unknown): boolean {
  return typeof id === 'string' && (SIMPLE_ID.test(id) || ID.test(id));
}
