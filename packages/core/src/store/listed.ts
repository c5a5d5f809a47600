import type { RunQuery, StoredRun } from '../model/store.ts';

/**
 * Whether a query asks for this run, its limit aside.
 *
 * @param hasUnheard Whether it has messages that it has not heard.
 */
export function isListed(run: StoredRun, query: RunQuery, hasUnheard: boolean): boolean {
  const { workflow, states, since, prefix, parent, unleasedAt, dueAt } = query;
  return (
    (workflow === undefined || run.workflow === workflow) &&
    (states === undefined || states.includes(run.state)) &&
    (since === undefined || run.createdAt >= since) &&
    (prefix === undefined || run.id.startsWith(prefix)) &&
    (parent === undefined || (run.parent ?? null) === parent) &&
    (unleasedAt === undefined || isClaimable(run, unleasedAt)) &&
    (dueAt === undefined ||
      (run.state === 'waiting' && (hasUnheard || (run.wakeAt !== undefined && run.wakeAt <= dueAt))))
  );
}

function isClaimable({ state, lease }: StoredRun, now: number): boolean {
  return (state === 'running' || state === 'waiting') && (lease === undefined || lease.until <= now);
}
