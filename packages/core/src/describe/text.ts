import type { Plan, PlannedTask } from '../model/plan.ts';
import type { Duration } from '../model/policy.ts';
import { edgesOf, factsOf } from './facts.ts';
import { criticalPath, parallelLevels } from './order.ts';

/**
 * The graph as text for a terminal: the tasks batch by batch, each with what it depends on, what else decides about it,
 * and its policies; those on the critical path are marked.
 */
export function toText(plan: Plan): string {
  const critical = criticalPath(plan);
  const onPath = new Set(critical);
  const levels = parallelLevels(plan);
  const width = plan.tasks.reduce((widest, { id }) => Math.max(widest, id.length), 0);
  const lines = [
    `${plan.id} ${plan.version}: ${count(plan.tasks.length, 'task')} in ${count(levels.length, 'batch', 'batches')}${limitOf(plan)}`,
  ];
  for (const [level, ids] of levels.entries()) {
    lines.push('', `batch ${level + 1}`);
    for (const id of ids) {
      const task = plan.tasks[plan.indexOf.get(id) ?? -1];
      if (task !== undefined)
        lines.push(`  ${onPath.has(id) ? '*' : ' '} ${id.padEnd(width)}${details(task, plan)}`.trimEnd());
    }
  }
  lines.push('', `* critical path: ${critical.join(' → ')}`);
  return `${lines.join('\n')}\n`;
}

function limitOf({ definition: { maxActiveRuns } }: Plan): string {
  return maxActiveRuns === undefined ? '' : `, at most ${count(maxActiveRuns, 'active run')}`;
}

function details(task: PlannedTask, plan: Plan): string {
  const parts: string[] = [];
  const dependencies = edgesOf(task, plan)
    .filter(({ kind }) => kind === 'plain' || kind === 'branch')
    .map(
      ({ from, labels }) =>
        `${plan.tasks[from]?.id ?? '?'}${labels.length > 0 ? ` = ${labels.join(' | ')}` : ''}`,
    );
  if (dependencies.length > 0) parts.push(`← ${dependencies.join(', ')}`);
  const policies = [...factsOf(task, plan), ...policiesOf(task)];
  if (policies.length > 0) parts.push(`(${policies.join(', ')})`);
  return parts.length === 0 ? '' : `  ${parts.join('  ')}`;
}

function policiesOf({ definition, retry, breaker, compensate, placement }: PlannedTask): readonly string[] {
  const { timeout, deadline, queueTimeout, sla, priority, fallback, recover, cache } = definition;
  return [
    retry === undefined ? '' : count(retry.attempts, 'attempt'),
    timeout === undefined ? '' : `timeout ${showDuration(timeout)}`,
    deadline === undefined ? '' : `deadline ${showDuration(deadline)}`,
    queueTimeout === undefined ? '' : `queue timeout ${showDuration(queueTimeout)}`,
    sla === undefined ? '' : `sla ${showDuration(sla)}`,
    breaker === undefined ? '' : `breaker ${breaker.name}`,
    fallback === undefined ? '' : 'fallback',
    recover === undefined ? '' : count(recover.length, 'recovery rule'),
    compensate === undefined ? '' : 'can be undone',
    cache === undefined ? '' : `cached${cache.ttl === undefined ? '' : ` for ${showDuration(cache.ttl)}`}`,
    ...(placement?.pools ?? []).map(({ pool }) => `pool ${pool.name}`),
    placement?.isolate === undefined ? '' : 'isolated',
    priority === undefined ? '' : `priority ${priority}`,
  ].filter((policy) => policy !== '');
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** As it was written. */
function showDuration(duration: Duration): string {
  return typeof duration === 'number' ? `${duration}ms` : duration;
}
