import type { Marks } from '../draw/marks.ts';
import type { Failure } from '../run/failures.ts';
import type { LooseOptions } from '../run/loose-options.ts';
import type { Fate, PathChoice, TaskChoices } from './path-choices.ts';
import type { Walk } from './walk.ts';

/** What every path of a workflow is made of. */
export interface Paths {
  readonly walk: Walk<PathChoice>;
  readonly choices: readonly TaskChoices[];
  readonly options: LooseOptions;
  /** How a task fails that is made to. */
  readonly errorOf: (task: string) => Failure;
}

/** What is decided of each task that the run came to. */
export type Path = Readonly<Record<string, Fate>>;

export function pathOf({ walk }: Paths): Path {
  const path: Record<string, Fate> = {};
  for (const choice of walk.path) {
    const way = walk.foresee(choice);
    if (way !== 'runs') path[choice.task] = way;
  }
  return path;
}

/** How far a path is from the one on which every task succeeds: so many times something else is chosen. */
export function sizeOf({ walk }: Paths): number {
  return walk.path.filter((choice) => isTurn(walk.foresee(choice))).length;
}

function isTurn(way: Fate | 'runs'): boolean {
  return way === 'failed' || way === 'skipped';
}

/** A path in words: `extract fails, clean is skipped`. */
export function pathInWords({ walk }: Paths): string {
  const words = walk.path.flatMap((choice) => {
    const said = inWords(choice, walk.foresee(choice));
    return said === undefined
      ? []
      : [choice.about === 'decision' ? `a person ${said} it` : `${choice.task} ${said}`];
  });
  return words.length === 0 ? 'every task succeeds' : words.join(', ');
}

/** The same for the lines of a drawing. */
export function pathMarks({ walk }: Paths): Marks {
  const marks: Record<string, string> = {};
  for (const choice of walk.path) {
    const way = walk.foresee(choice);
    if (choice.about === 'condition' && way === 'skipped') marks[choice.task] = 'its condition says no';
    if (choice.about === 'attempts' && way === 'failed') marks[choice.task] = 'made to fail';
    if (choice.about === 'decision')
      marks[choice.task] = `made to fail; a person ${inWords(choice, way) ?? 'decides'} it`;
  }
  return marks;
}

function inWords({ about }: PathChoice, way: Fate | 'runs'): string | undefined {
  if (typeof way === 'object')
    return `is ${typeof way.label === 'string' ? `'${way.label}'` : String(way.label)}`;
  switch (way) {
    case 'runs':
    case 'succeeded':
      return undefined;
    case 'approved':
      return 'approves';
    case 'skipped':
      return about === 'decision' ? 'skips' : 'is skipped';
    case 'failed':
      return 'fails';
  }
}
