import type { CompensationResult, RunResult, TaskResult } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { describeError } from './describe-error.ts';
import { count, headline } from './format.ts';
import { markOf } from './marks.ts';
import { itemsPhrase, skipWord } from './phrases.ts';
import { nameOf } from './run-view.ts';

/** So many are named of each kind; the others are counted. */
const NAMED = 10;

/** What a reader should know of a run beside its failures: what was tolerated, left out, stood in for, and undone. */
export function notes(
  { compensations }: RunResult,
  tasks: readonly TaskResult[],
  allowed: ReadonlySet<TaskResult>,
  colours: Colors,
  cwd: string,
): string[] {
  const skipped = tasks.filter(({ state }) => state === 'skipped');
  const stoodIn = tasks.filter(({ by }) => by !== undefined && by !== 'cache');
  const cached = tasks.filter(({ by }) => by === 'cache');
  const fannedOut = tasks.filter(({ items }) => items !== undefined && items.items > 0);
  const undone = compensations.filter(({ state }) => state === 'succeeded');
  const lines = [
    ...allowedLines([...allowed], colours),
    named(
      skipped,
      `${count(skipped.length, 'task')} skipped`,
      ({ id, reason }) => `${id} (${skipWord(reason)})`,
    ),
    named(stoodIn, 'stood in for', ({ id, by }) => `${id} (${by ?? ''})`),
    named(cached, 'from the cache', ({ id }) => id),
    named(
      fannedOut,
      'fanned out',
      ({ id, items }) => `${id} ${itemsPhrase(items?.succeeded ?? 0, items?.items ?? 0)}`,
    ),
    named(undone, 'undone', ({ task, item }) => nameOf(task, item)),
  ].filter((line) => line !== undefined);
  return [...notUndone(compensations, colours, cwd), ...(lines.length === 0 ? [] : ['', ...lines])];
}

function named<Thing>(
  things: readonly Thing[],
  heading: string,
  nameIt: (thing: Thing) => string,
): string | undefined {
  if (things.length === 0) return undefined;
  const more = things.length > NAMED ? `, … and ${things.length - NAMED} more` : '';
  return `  ${heading}: ${things.slice(0, NAMED).map(nameIt).join(', ')}${more}`;
}

function allowedLines(allowed: readonly TaskResult[], colours: Colors): string[] {
  const lines = allowed
    .slice(0, NAMED)
    .map(({ id, error }) => `  ${markOf('allowed', colours)} ${id} failed (allowed): ${headline(error)}`);
  if (allowed.length > NAMED) lines.push(`  … and ${count(allowed.length - NAMED, 'other allowed failure')}`);
  return lines;
}

/** What could not be undone is left as it is: somebody has to look at it. */
function notUndone(compensations: readonly CompensationResult[], colours: Colors, cwd: string): string[] {
  const failed = compensations.filter(({ state }) => state === 'failed');
  const lines = failed.slice(0, NAMED).flatMap(({ task, item, attempts, error }) => {
    const after = attempts > 1 ? ` after ${count(attempts, 'attempt')}` : '';
    return [
      '',
      `  ${markOf('failed', colours)} ${colours.bold(nameOf(task, item))} was not undone${after}`,
      ...describeError(error, colours, cwd).map((line) => `    ${line}`),
    ];
  });
  if (failed.length > NAMED) lines.push(`  … and ${failed.length - NAMED} more were not undone`);
  return lines;
}
