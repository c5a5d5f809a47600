import type { Failure } from '../run/failures.ts';
import type { Case } from './case.ts';

/** So many seeds are tried for a smaller one. */
const MOST_SEEDS = 50;

type ErrorOf = (task: string) => Failure;

/**
 * The smallest case that still breaks: less and less is special about it, until nothing more can be left out; and if it needs a
 * seed, the first one that does it.
 */
export async function shrink(
  broken: Case,
  errorOf: ErrorOf,
  stillBreaks: (one: Case) => Promise<boolean>,
): Promise<Case> {
  const firstOf = async (cases: Iterable<Case>): Promise<Case | undefined> => {
    for (const one of cases) if (await stillBreaks(one)) return one;
    return undefined;
  };
  let smallest = broken;
  for (let smaller: Case | undefined = broken; smaller !== undefined;) {
    smallest = smaller;
    smaller = await firstOf(simpler(smallest, errorOf));
  }
  return (await firstOf(withLowerSeeds(smallest))) ?? smallest;
}

function* simpler(broken: Case, errorOf: ErrorOf): Generator<Case> {
  const { cancelOn, seed, concurrency } = broken;
  if (cancelOn !== undefined) yield without(broken, 'cancelOn');
  for (const failures of withOneLess(broken.failures)) yield { ...broken, failures };
  for (const delays of withOneLess(broken.delays)) yield { ...broken, delays };
  if (concurrency !== undefined) yield without(broken, 'concurrency');
  if (seed !== undefined) yield without(broken, 'seed');
  for (const failures of withOnePlain(broken.failures, errorOf)) yield { ...broken, failures };
}

function without(broken: Case, part: 'cancelOn' | 'concurrency' | 'seed'): Case {
  const { [part]: _, ...rest } = broken;
  return rest;
}

function* withOneLess<T>(values: Readonly<Record<string, T>>): Generator<Readonly<Record<string, T>>> {
  for (const left of Object.keys(values))
    yield Object.fromEntries(Object.entries(values).filter(([key]) => key !== left));
}

/** One that fails plainly, instead of in a few attempts, in an item, or by time. */
function* withOnePlain(failures: Case['failures'], errorOf: ErrorOf): Generator<Case['failures']> {
  for (const [task, plan] of Object.entries(failures))
    if (plan !== errorOf(task)) yield { ...failures, [task]: errorOf(task) };
}

function* withLowerSeeds(broken: Case): Generator<Case> {
  for (let seed = 1; seed < Math.min(broken.seed ?? 0, MOST_SEEDS + 1); seed++) yield { ...broken, seed };
}
