import type { TerminalTaskState } from '../model/state.ts';
import type { TriggerRule } from '../model/trigger-rule.ts';

/*
 * The trigger rules as the table of semantics.md has them: what all of a task's dependencies together lead to. When a
 * verdict is known is not written down anywhere here; it is found by trying out every way in which things could go on.
 */

export type Verdict = 'run' | 'skipped' | 'upstream_failed';

type Ends = ReadonlySet<TerminalTaskState>;

const ENDS: readonly TerminalTaskState[] = ['succeeded', 'failed', 'upstream_failed', 'skipped', 'cancelled'];

const DO_NOT_WAIT: readonly TriggerRule[] = ['one_success', 'one_failed', 'one_done', 'always'];

export function isUnsuccessful(end: string): boolean {
  return end === 'failed' || end === 'upstream_failed' || end === 'cancelled';
}

/** What a rule says once every dependency has ended. No rule asks how many ended in a state, only whether any did. */
export function finalVerdict(rule: TriggerRule, ends: Ends): Verdict {
  if (ends.size === 0) return 'run';
  const s = ends.has('succeeded');
  const k = ends.has('skipped');
  const f = [...ends].some(isUnsuccessful);
  switch (rule) {
    case 'all_success':
      return f ? 'upstream_failed' : k ? 'skipped' : 'run';
    case 'all_failed':
      return s || k ? 'skipped' : 'run';
    case 'all_done':
    case 'always':
      return 'run';
    case 'all_done_min_one_success':
      return k ? 'skipped' : s ? 'run' : 'upstream_failed';
    case 'all_skipped':
      return s || f ? 'skipped' : 'run';
    case 'one_success':
      return s ? 'run' : f ? 'upstream_failed' : 'skipped';
    case 'one_failed':
      return f ? 'run' : 'skipped';
    case 'one_done':
      return s || ends.has('failed') ? 'run' : 'skipped';
    case 'none_failed':
      return f ? 'upstream_failed' : 'run';
    case 'none_failed_min_one_success':
      return f ? 'upstream_failed' : s ? 'run' : 'skipped';
    case 'none_skipped':
      return k ? 'skipped' : 'run';
  }
}

/** What a rule says while `open` dependencies have not ended: `undefined` if these could make a difference. */
export function knownVerdict(rule: TriggerRule, ends: Ends, open: number): Verdict | undefined {
  const key = `${rule} ${ENDS.filter((end) => ends.has(end)).join()} ${Math.min(open, ENDS.length)}`;
  if (!known.has(key)) known.set(key, tryOut(rule, ends, open));
  return known.get(key);
}

const known = new Map<string, Verdict | undefined>();

function tryOut(rule: TriggerRule, ends: Ends, open: number): Verdict | undefined {
  const ways = open === 0 ? [[]] : SUBSETS.filter((more) => more.length > 0 && more.length <= open);
  const verdicts = new Set(ways.map((more) => finalVerdict(rule, new Set([...ends, ...more]))));
  const [verdict] = verdicts;
  if (verdicts.size > 1) return undefined;
  return verdict === 'run' && open > 0 && !DO_NOT_WAIT.includes(rule) ? undefined : verdict;
}

const SUBSETS: readonly (readonly TerminalTaskState[])[] = ENDS.reduce<TerminalTaskState[][]>(
  (subsets, end) => [...subsets, ...subsets.map((subset) => [...subset, end])],
  [[]],
);
