import type { SkipReason } from '@wf-sdk/core';
import { count, formatDuration, headline } from './format.ts';
import { plainLine } from './printable.ts';
import type { RunView } from './run-view.ts';
import type { ItemsView, TaskView } from './task-view.ts';

/** Why a task was skipped. */
export function skipPhrase({ reason, cause, error }: Pick<TaskView, 'reason' | 'cause' | 'error'>): string {
  const because = error === undefined ? '' : `: ${headline(error)}`;
  switch (reason) {
    case 'condition':
      return 'skipped: its condition said no';
    case 'branch':
      return 'skipped: another branch was taken';
    case 'fallback':
      return `skipped by its fallback${because}`;
    case 'recovery':
      return `skipped by a recovery rule${because}`;
    case 'intervention':
      return `skipped by decision${because}`;
    case 'timeout':
      return 'skipped: its signal did not come in time';
    case 'dependency':
    case undefined:
      return cause === undefined ? 'skipped' : `skipped: because of ${cause}`;
  }
}

/** What somebody said to a run: `cancel`, `signal paid`, `approve review`. */
export function saidPhrase({
  what,
  about,
}: {
  readonly what: string;
  readonly about?: string | undefined;
}): string {
  return about === undefined ? what : `${what} ${plainLine(about)}`;
}

/** What gave a task's output in the place of its handler, and what that had failed with. */
export function standInPhrase({ by, error }: Pick<TaskView, 'by' | 'error'>): string {
  if (by === undefined) return '';
  if (by === 'cache') return 'from the cache';
  return error === undefined || by === 'approval' ? `by ${by}` : `by ${by}: ${headline(error)}`;
}

const REASONS: Readonly<Record<SkipReason, string>> = {
  condition: 'condition',
  branch: 'branch',
  dependency: 'dependency',
  fallback: 'fallback',
  recovery: 'recovery rule',
  intervention: 'decision',
  timeout: 'timeout',
};

/** The same in a word or two. */
export function skipWord(reason: SkipReason | undefined): string {
  return REASONS[reason ?? 'dependency'];
}

/** What a waiting task waits for. @param now Milliseconds since the epoch. */
export function waitPhrase(
  { state, attempt, waitsFor, until, message, signal, breaker, error }: TaskView,
  now: number,
): string {
  const left = until === undefined ? '' : leftUntil(until, now);
  if (state === 'retrying') return `is tried again in ${left}, after attempt ${attempt}: ${headline(error)}`;
  switch (waitsFor) {
    case 'timer':
      return left === '' ? 'sleeps' : `sleeps for another ${left}`;
    case 'breaker':
      return breakerPhrase(breaker, left);
    case 'approval':
      return `waits for a decision: ${whyAsked({ message, error })}`;
    case 'signal':
      return `waits for signal ${signal ?? ''}${left === '' ? '' : `, ${left} left`}`;
    case undefined:
      return 'waits';
  }
}

/** What those items of a task wait for that have begun and do not run; undefined where none does. */
export function itemsWaitPhrase(
  { waitsUntil, openBreakers }: Pick<RunView, 'waitsUntil' | 'openBreakers'>,
  { id, items, error }: TaskView,
  now: number,
): string | undefined {
  if (items === undefined) return undefined;
  const awaited = waitsUntil === undefined ? undefined : openBreakers.find(({ tasks }) => tasks.includes(id));
  if (awaited !== undefined) return breakerPhrase(awaited.name, leftUntil(awaited.until, now));
  const { size } = items.retrying;
  if (size === 0) return undefined;
  const first = leftUntil(Math.min(...items.retrying.values()), now);
  return size === 1
    ? `1 item is tried again in ${first}: ${headline(error)}`
    : `${size} items are tried again, the first in ${first}: ${headline(error)}`;
}

/** What a run below a task waits for that has not started. */
export function turnPhrase({ title }: Pick<RunView, 'title'>): string {
  return `waits for its turn: other runs of ${title} are active`;
}

function breakerPhrase(name: string | undefined, left: string): string {
  return `waits for ${name === undefined ? 'a breaker' : `breaker ${name}`} to let it try${left === '' ? '' : `, ${left} left`}`;
}

function leftUntil(until: number, now: number): string {
  return formatDuration(Math.max(0, until - now));
}

/** Why a person is asked. */
export function whyAsked({ message, error }: Pick<TaskView, 'message' | 'error'>): string {
  const parts = [message, error === undefined ? undefined : headline(error)];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** `attempt 2/3`; without the number of all where there is none, or where more are made than the retries allow. */
export function attemptPhrase(attempt: number, attempts: number | undefined): string {
  return attempts === undefined || attempt > attempts
    ? `attempt ${attempt}`
    : `attempt ${attempt}/${attempts}`;
}

/** How far the items of a task that goes on have come. */
export function progressPhrase({ total, succeeded, failed, running }: ItemsView): string {
  const ended = succeeded + failed;
  return [
    total === undefined ? `${count(ended, 'item')} done` : `${ended}/${count(total, 'item')}`,
    failed === 0 ? '' : `${failed} failed`,
    running.size === 0 ? '' : `${running.size} running`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** What became of a task's items: `100 items`, or `97/100 items`; and of how many the output was in the cache. */
export function itemsPhrase(succeeded: number, items: number, cached = 0): string {
  const phrase = succeeded === items ? count(items, 'item') : `${succeeded}/${count(items, 'item')}`;
  return cached === 0 || cached === items ? phrase : `${phrase}, ${cached} from the cache`;
}
