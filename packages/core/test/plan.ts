import { compile } from '../src/compile/compile.ts';
import type { FailurePolicy, TaskDefinition } from '../src/model/definition.ts';
import { type Plan, RUNS_ALWAYS, TEARDOWN } from '../src/model/plan.ts';
import type { TriggerRule } from '../src/model/trigger-rule.ts';

/** What a scheduler has to know of a task. */
export interface PlanTask {
  readonly id: string;
  readonly dependsOn?: readonly string[];
  readonly priority?: number;
  /** @default 'all_success' */
  readonly rule?: TriggerRule | 'teardown';
  /** The one of its dependencies that a teardown belongs to. */
  readonly setup?: string | undefined;
  readonly conditional?: boolean;
  readonly gated?: boolean;
  readonly runsAlways?: boolean;
  readonly mayFail?: boolean;
}

/**
 * The plan of tasks that do nothing. A teardown waits for just what it names: other than in a definition, nothing is
 * added, so that graphs are possible which none would give.
 */
export function planOf(tasks: readonly PlanTask[], failurePolicy: FailurePolicy = 'any'): Plan {
  const plan = compile({
    definition: { id: 'w', version: '0.0.0', failurePolicy, tasks: tasks.map(definitionOf) },
  });
  if (!tasks.some(({ rule }) => rule === 'teardown')) return plan;
  return {
    ...plan,
    plainRules: false,
    traits: Uint8Array.from(tasks, ({ rule }, index) => {
      const traits = plan.traits?.[index] ?? 0;
      return rule === 'teardown' ? traits | TEARDOWN | RUNS_ALWAYS : traits;
    }),
    tasks: plan.tasks.map((planned, index) => {
      const { rule, setup = '' } = tasks[index] ?? {};
      return rule === 'teardown' ? { ...planned, rule, setup: plan.indexOf.get(setup) } : planned;
    }),
  };
}

function definitionOf(task: PlanTask): TaskDefinition {
  const { id, dependsOn = [], priority, rule = 'all_success' } = task;
  return {
    id,
    dependsOn,
    priority,
    handler: () => 0,
    triggerRule: rule === 'teardown' ? 'all_done' : rule,
    conditions: task.conditional === true ? [() => true] : undefined,
    resources: task.gated === true ? { cpu: 1 } : undefined,
    runAlways: task.runsAlways,
    allowFailure: task.mayFail,
  };
}
