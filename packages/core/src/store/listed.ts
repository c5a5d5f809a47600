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

function isClaimable(run: StoredRun, now: number): boolean {
  return (run.state === 'pending' || isActive(run)) && !isHeld(run, now);
}

/** Whether a run has started and has not ended. */
export function isActive({ state }: Pick<StoredRun, 'state'>): boolean {
  return state === 'running' || state === 'waiting';
}

/** Whether a run waits for its turn, and somebody is there to start it. */
export function isInLine(run: StoredRun, now: number): boolean {
  return run.state === 'pending' && isHeld(run, now);
}

function isHeld({ lease }: StoredRun, now: number): boolean {
  return lease !== undefined && lease.until > now;
}
