import type { TaskDefinition, WorkflowDefinition } from '../model/definition.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { DefinitionError } from '../model/error.ts';
import type { CachePolicy } from '../model/cache.ts';
import type { Placement } from '../model/placement.ts';
import type { Plan, PlannedCompensation } from '../model/plan.ts';
import type { BreakerPolicy } from '../model/policy.ts';
import { unhandledBranches } from './branches.ts';
import { breakerPlanner, checkBreakers, mergeBreakers } from './breaker.ts';
import { cachePlanner } from './cache.ts';
import { checkDefinition, checkShape, checkTask, withoutNulls } from './check.ts';
import { plannedHandler, readsData } from './handler.ts';
import { findCycles } from './cycles.ts';
import { ruleOf, traitsOf } from './control.ts';
import { layOut } from './lay-out.ts';
import { planPlacement } from './placement.ts';
import { isTimed, type PlannedPolicies, planPolicies } from './policies.ts';
import { planCompensation } from './recovery.ts';
import { checkSecrets, secretNeeds } from './secrets.ts';
import { addTeardownEdges } from './teardown.ts';

const plans = new WeakMap<WorkflowDefinition, Plan>();

/**
 * Checks a workflow and indexes it. The plan is made once for each definition and then found again.
 *
 * @throws DefinitionError with every diagnostic at once.
 */
export function compile(workflow: { readonly definition: WorkflowDefinition }): Plan {
  const definition = definitionOf(workflow);
  let plan = plans.get(definition);
  if (plan === undefined) {
    plan = compileDefinition(definition);
    plans.set(definition, plan);
  }
  return plan;
}

/** Whether a value is a workflow, from this copy of the package or another. */
export function isWorkflow(value: unknown): value is { readonly definition: WorkflowDefinition } {
  if (typeof value !== 'object' || value === null || !('definition' in value)) return false;
  const { definition } = value;
  return (
    typeof definition === 'object' &&
    definition !== null &&
    'id' in definition &&
    'tasks' in definition &&
    Array.isArray(definition.tasks)
  );
}

function definitionOf(workflow: unknown): WorkflowDefinition {
  if (isWorkflow(workflow)) return workflow.definition;
  throw new DefinitionError('?', [
    {
      code: 'not_a_workflow',
      message: `this is not a workflow: make one with workflow('…').addTask('…').run(…)`,
    },
  ]);
}

function compileDefinition(definition: WorkflowDefinition): Plan {
  const errors: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    errors.push(diagnostic);
  };
  checkDefinition(definition, report);
  const tasks = definition.tasks
    .filter((task, place) => checkShape(task, place, report))
    .map((task) => withoutNulls(task, report));
  const indexOf = new Map<string, number>();
  for (const [index, { id }] of tasks.entries()) {
    if (indexOf.has(id))
      report({ code: 'duplicate_id', task: id, message: `task '${id}' is defined more than once` });
    else indexOf.set(id, index);
  }
  const dependsOn: number[][] = [];
  const policies: PlannedPolicies[] = [];
  const reads: (readonly string[])[] = [];
  const breakerOf = breakerPlanner(report);
  const cacheOf = cachePlanner(tasks, report);
  const breakers: (BreakerPolicy | undefined)[] = [];
  const compensations: (PlannedCompensation | undefined)[] = [];
  const placements: (Placement | undefined)[] = [];
  const caches: (CachePolicy | undefined)[] = [];
  for (const task of tasks) {
    checkTask(task, indexOf, report);
    policies.push(planPolicies(task, report));
    breakers.push(breakerOf(task));
    compensations.push(planCompensation(task, report));
    placements.push(planPlacement(task, report));
    checkSecrets(task, report);
    caches.push(cacheOf(task));
    const known: number[] = [];
    const read = readsOf(task);
    reads.push(read);
    for (const dependency of read) {
      const index = indexOf.get(dependency);
      if (index !== undefined && dependency !== task.id) known.push(index);
    }
    dependsOn.push(known);
  }
  checkBreakers(tasks, breakers, report);
  addTeardownEdges(tasks, indexOf, dependsOn);
  const layout = layOut(dependsOn, policies);
  if (layout.order.length < tasks.length) {
    for (const cycle of findCycles(dependsOn))
      report(cycleDiagnostic(cycle.map((index) => tasks[index]?.id ?? '?')));
  }
  if (errors.length > 0) throw new DefinitionError(definition.id, errors);
  const rules = tasks.map(ruleOf);
  const traits = Uint8Array.from(tasks, traitsOf);
  return Object.freeze({
    id: definition.id,
    version: definition.version,
    definition,
    indexOf,
    warnings: unhandledBranches(tasks),
    traits: traits.some((bits) => bits !== 0) ? traits : undefined,
    needs: {
      breakers: mergeBreakers(breakers),
      admission: placements.some(
        (placed) => placed !== undefined && (placed.pools.length > 0 || placed.resources !== undefined),
      ),
      dispatcher: placements.some((placed) => placed?.isolate !== undefined),
      secrets: secretNeeds(tasks),
    },
    timed: policies.some(isTimed),
    plainRules: rules.every((rule) => rule === 'all_success'),
    order: layout.order,
    dependents: layout.dependents,
    place: layout.place,
    byPlace: layout.byPlace,
    tasks: tasks.map((task, index) =>
      Object.freeze({
        index,
        id: task.id,
        definition: task,
        handler: plannedHandler(task),
        readsData: readsData(task),
        dependsOn: dependsOn[index] ?? [],
        reads: reads[index] ?? [],
        rule: rules[index] ?? 'all_success',
        setup: task.teardownOf === undefined ? undefined : indexOf.get(task.teardownOf),
        level: layout.level[index] ?? 0,
        rank: layout.rank[index] ?? 1,
        retry: policies[index]?.retry,
        timeoutMs: policies[index]?.timeoutMs,
        deadlineMs: policies[index]?.deadlineMs,
        queueTimeoutMs: policies[index]?.queueTimeoutMs,
        slaMs: policies[index]?.slaMs,
        breaker: breakers[index],
        compensate: compensations[index],
        placement: placements[index],
        cache: caches[index],
      }),
    ),
  });
}

/** A teardown reads its setup beside what it names. */
function readsOf({ dependsOn, teardownOf }: TaskDefinition): readonly string[] {
  if (teardownOf === undefined || dependsOn.includes(teardownOf)) return dependsOn;
  return [...dependsOn, teardownOf];
}

function cycleDiagnostic(ids: readonly string[]): Diagnostic {
  const path = [...ids, ids[0] ?? '?'].join(' → ');
  return {
    code: 'cycle',
    task: ids[0] ?? '?',
    message: `tasks wait for each other in a cycle: ${path} (each depends on the next); remove one of these dependencies`,
  };
}
