import type { PlannedRule } from '../model/plan.ts';

/** What has become of a task's dependencies so far. */
export interface Tally {
  /** How many have not ended. */
  readonly open: number;
  readonly succeeded: number;
  readonly skipped: number;
  /** How many failed, are upstream_failed or cancelled … */
  readonly unsuccessful: number;
  /** … and how many of these failed themselves. */
  readonly failed: number;
}

export type Verdict = 'run' | 'skip' | 'upstream_failed';

/**
 * A rule's verdict over a task's dependencies: `undefined` while one that is still open could change it. Which vector
 * gives which verdict is the table of `TriggerRule`; a task without dependencies runs under every rule.
 *
 * A teardown runs when all have ended; whether its setup succeeded is looked at before this.
 */
export function verdictOf(rule: PlannedRule, tally: Tally): Verdict | undefined {
  const { open, succeeded, skipped, unsuccessful, failed } = tally;
  const ended = open === 0;
  switch (rule) {
    case 'always':
      return 'run';
    case 'all_success':
      if (unsuccessful > 0) return 'upstream_failed';
      return ended ? runIf(skipped === 0) : undefined;
    case 'all_failed':
      if (succeeded + skipped > 0) return 'skip';
      return ended ? 'run' : undefined;
    case 'all_done':
    case 'teardown':
      return ended ? 'run' : undefined;
    case 'all_done_min_one_success':
      if (skipped > 0) return 'skip';
      if (!ended) return undefined;
      return succeeded > 0 || unsuccessful === 0 ? 'run' : 'upstream_failed';
    case 'all_skipped':
      if (succeeded + unsuccessful > 0) return 'skip';
      return ended ? 'run' : undefined;
    case 'one_success':
      if (succeeded > 0) return 'run';
      if (!ended) return undefined;
      return unsuccessful > 0 ? 'upstream_failed' : runIf(skipped === 0);
    case 'one_failed':
      if (unsuccessful > 0) return 'run';
      return ended ? runIf(succeeded + skipped === 0) : undefined;
    case 'one_done':
      if (succeeded + failed > 0) return 'run';
      return ended ? runIf(skipped + unsuccessful === 0) : undefined;
    case 'none_failed':
      if (unsuccessful > 0) return 'upstream_failed';
      return ended ? 'run' : undefined;
    case 'none_failed_min_one_success':
      if (unsuccessful > 0) return 'upstream_failed';
      return ended ? runIf(succeeded > 0 || skipped === 0) : undefined;
    case 'none_skipped':
      if (skipped > 0) return 'skip';
      return ended ? 'run' : undefined;
  }
}

function runIf(yes: boolean): Verdict {
  return yes ? 'run' : 'skip';
}
