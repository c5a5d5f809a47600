import type { WaitReason } from '@wf-sdk/core';
import { isFinal } from '../keep/phase.ts';
import { count, formatDuration } from '../show/format.ts';
import { skipPhrase, standInPhrase } from '../show/phrases.ts';
import type { FoldedRow, UnitRow } from './outline.ts';
import { poolsOf, spentIn } from './path-steps.ts';
import type { CriticalPath, Phase, PhaseKind, PathStep, RunSpan, TaskSpan, UnitSpan } from './timeline.ts';

/** Every kind of phase, in the order in which they are spoken of. */
const KINDS: readonly PhaseKind[] = ['queued', 'running', 'retrying', 'waiting', 'interrupted', 'undoing'];

const SAID: Readonly<Record<PhaseKind, string>> = {
  queued: 'queued',
  running: 'running',
  retrying: 'waiting to retry',
  waiting: 'waiting',
  interrupted: 'not driven',
  undoing: 'undoing',
};

/** What a time was spent with: `running 1.2 s, queued 300 ms`. */
function spentPhrase({ spent, pools }: Pick<PathStep, 'spent' | 'pools'>): string {
  return KINDS.flatMap((kind) => {
    const ms = spent[kind];
    if (ms === undefined || ms < 0.5) return [];
    return `${SAID[kind]} ${formatDuration(ms)}${kind === 'queued' ? roomPhrase(pools) : ''}`;
  }).join(', ');
}

/** What was missing, where it was not a slot of the run. */
function roomPhrase(pools: readonly string[] | undefined): string {
  if (pools === undefined) return '';
  if (pools.length === 0) return ' for the machine';
  return ` for pool${pools.length === 1 ? '' : 's'} ${pools.join(' and ')}`;
}

/** How long it took, from its being queued to its end; being undone comes after that. */
export function lengthOf({ phases, endedAt }: UnitSpan): number | undefined {
  const [first] = phases;
  return first === undefined ? undefined : (endedAt ?? phases.at(-1)?.to ?? first.to) - first.from;
}

/** What became of a task or an item, behind its bar. */
export function rowPhrase({ span, task, item }: UnitRow): string {
  const length = lengthOf(span);
  const spent = spentIn(span.phases);
  return joined([
    length === undefined ? '' : formatDuration(length),
    span.attempts > 1 && (item !== undefined || task.items.length === 0)
      ? count(span.attempts, 'attempt')
      : '',
    remarkPhrase({ span, task, item }),
    // Where it waited for a slot for a good part of its time, that is worth a word.
    length !== undefined && (spent.queued ?? 0) * 5 > length
      ? `queued ${formatDuration(spent.queued ?? 0)}${roomPhrase(poolsOf(span.phases).pools)}`
      : '',
  ]);
}

/** The same without the figures: its items, and why it became what it is. */
export function remarkPhrase({ span, task, item }: Pick<UnitRow, 'span' | 'task' | 'item'>): string {
  const hasItems = item === undefined && (task.total ?? task.items.length) > 0;
  return joined([hasItems ? itemsPhrase(task) : '', statePhrase(span, task)]);
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ');
}

function itemsPhrase({ total, items }: TaskSpan): string {
  const failed = items.filter(({ state }) => state === 'failed').length;
  const cached = items.filter(({ by }) => by === 'cache').length;
  return joined([
    count(total ?? items.length, 'item'),
    failed === 0 ? '' : `${failed} failed`,
    cached === 0 ? '' : `${cached} from the cache`,
  ]);
}

function statePhrase(span: UnitSpan, { cause, reason }: TaskSpan): string {
  switch (span.state) {
    case 'pending':
      return 'not begun';
    case 'queued':
      return 'is queued';
    case 'running':
      return 'goes on';
    case 'retrying':
      return 'waits to retry';
    case 'waiting':
      return `waits${forPhrase(span.phases.at(-1)?.for)}`;
    case 'succeeded':
      return standInPhrase({ by: span.by, error: undefined });
    case 'failed':
      return `failed${span.error === undefined ? '' : `: ${span.error}`}`;
    case 'upstream_failed':
      return `not run: ${cause ?? 'a dependency'} did not succeed`;
    case 'skipped':
      return skipPhrase({ reason, cause, error: undefined });
    case 'cancelled':
      return 'cancelled';
  }
}

function forPhrase(what: WaitReason | undefined): string {
  switch (what) {
    case 'timer':
      return ' for its time';
    case 'breaker':
      return ' for a breaker';
    case 'signal':
      return ' for a signal';
    case 'approval':
      return ' for a person';
    case undefined:
      return '';
  }
}

/** What is behind a line for many: `12 tasks, 195 items, 3 cancelled`. */
export function foldPhrase({ rows }: FoldedRow): string {
  const tasks = rows.filter(({ kind }) => kind === 'task').length;
  const states = new Map<string, number>();
  for (const { span } of rows) states.set(span.state, (states.get(span.state) ?? 0) + 1);
  const odd = [...states].filter(([state]) => state !== 'succeeded');
  return joined([
    tasks === 0 ? '' : count(tasks, 'task'),
    tasks === rows.length ? '' : count(rows.length - tasks, 'item'),
    ...odd.map(([state, number]) => `${number} ${state.replace('_', ' ')}`),
  ]);
}

/** One phase in words, for whoever points at it. */
export function phasePhrase(
  { kind, from, to, attempt, end, error, for: what, slotOf, admission }: Phase,
  origin: number,
): string {
  const subject = kind === 'running' && attempt !== undefined ? `attempt ${attempt}` : SAID[kind];
  const which = kind === 'undoing' && attempt !== undefined ? `${subject}, attempt ${attempt}` : subject;
  return [
    `${which}${forPhrase(what)}`,
    `${formatDuration(to - from)}, from +${formatDuration(from - origin)}`,
    end === undefined || end === 'succeeded' ? '' : end === 'lost' ? 'lost with its process' : end,
    error ?? '',
    admission === undefined ? '' : `${formatDuration(admission.ms)} of it${roomPhrase(admission.pools)}`,
    slotOf === undefined ? '' : `until ${slotOf} ended`,
  ]
    .filter((part) => part !== '')
    .join(': ');
}

/** What the run came to, in a line. */
export function runPhrase({ state, from, to, succeeded, total }: RunSpan): string {
  const took = isFinal(state) ? 'took' : 'so far';
  return `${state}, ${succeeded} of ${count(total, 'task')} succeeded, ${took} ${formatDuration(to - from)}`;
}

/** `critical path: 3.1 s of 3.2 s (97 %)`. */
export function pathPhrase({ ms, share }: CriticalPath, { from, to }: RunSpan): string {
  return `${formatDuration(ms)} of ${formatDuration(to - from)} (${Math.round(share * 100)} %)`;
}

/** Being released later than that part of the whole path is worth a word. */
const LATE_SHARE = 0.02;

/** What came after the last task of the path had ended, where that took long enough for a word. */
export function afterPhrase({ steps, ms }: CriticalPath, { to, tasks }: RunSpan): string | undefined {
  const after = to - (steps.at(-1)?.to ?? to);
  if (after <= ms * LATE_SHARE) return undefined;
  const isUndone = tasks.some((task) =>
    [task, ...task.items].some(({ phases }) => phases.some(({ kind }) => kind === 'undoing')),
  );
  return `${formatDuration(after)} after that${isUndone ? ', in which what was done was undone' : ''}`;
}

/** What a step's time was spent with, and what it had to wait for. */
export function stepPhrase(step: PathStep, { steps, ms }: CriticalPath): string {
  const { slotsOf, beforeMs } = step;
  const after = step === steps[0] ? 'the run began' : 'what it waited for';
  const slots = slotsOf.slice(0, 2).join(', ');
  return [
    spentPhrase(step),
    slotsOf.length === 0 ? '' : `got its slot from ${slots}${slotsOf.length > 2 ? ', …' : ''}`,
    beforeMs <= ms * LATE_SHARE ? '' : `released ${formatDuration(beforeMs)} after ${after}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}
