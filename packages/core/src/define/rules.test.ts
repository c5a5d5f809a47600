import { describe, expect, test } from 'vitest';

import { TRIGGER_RULES, type TriggerRule } from '../model/trigger-rule.ts';
import { verdictOf } from '../schedule/verdict.ts';
import { ARMS, MARKS } from './rules.oracle.ts';

// That the tables behind the types are true: every way in which dependencies can end is put to the scheduler's rules.

type Kind = 'sure' | 'skippable' | 'failing' | 'either';
const KINDS: readonly Kind[] = ['sure', 'skippable', 'failing', 'either'];

/** S succeeded, K skipped, F failed, U upstream_failed or cancelled, P pending. */
type State = 'S' | 'K' | 'F' | 'U' | 'P';

/** What a dependency can be while a run goes on, whatever becomes of the run … */
const CAN_BE: Readonly<Record<Kind, readonly State[]>> = {
  sure: ['S', 'F', 'U', 'P'],
  skippable: ['S', 'K', 'F', 'U', 'P'],
  failing: ['S', 'F', 'U', 'P'],
  either: ['S', 'K', 'F', 'U', 'P'],
};

/** … and what it can have become in one that succeeded. */
const CAN_HAVE_BECOME: Readonly<Record<Kind, readonly State[]>> = {
  sure: ['S'],
  skippable: ['S', 'K'],
  failing: ['S', 'F', 'U'],
  either: ['S', 'K', 'F', 'U'],
};

function verdict(rule: TriggerRule, states: readonly State[]): ReturnType<typeof verdictOf> {
  const count = (...wanted: State[]): number => states.filter((state) => wanted.includes(state)).length;
  return verdictOf(rule, {
    open: count('P'),
    succeeded: count('S'),
    skipped: count('K'),
    unsuccessful: count('F', 'U'),
    failed: count('F'),
  });
}

function vectors(choices: readonly (readonly State[])[]): State[][] {
  return choices.reduce<State[][]>(
    (all, states) => all.flatMap((one) => states.map((s) => [...one, s])),
    [[]],
  );
}

const letters = (states: Iterable<string>): string => [...new Set(states)].toSorted().join('');

describe.each(TRIGGER_RULES)('%s', (rule) => {
  test.each(KINDS)('gives its handler what the table says of one that is %s', (kind) => {
    const seen = KINDS.flatMap((other) => vectors([CAN_BE[kind], CAN_BE[other]]))
      .filter((states) => verdict(rule, states) === 'run')
      .map(([state = 'P']) => (state === 'U' ? 'F' : state));
    expect(letters(seen)).toBe(letters(ARMS[rule][kind] === 'plain' ? 'S' : ARMS[rule][kind]));
  });

  test.each(Object.entries(MARKS[rule]))('after %s may be missing: %j', (dependencies, marks) => {
    const kinds = dependencies.split(' ') as Kind[];
    const seen = vectors(kinds.map((kind) => CAN_HAVE_BECOME[kind]))
      .map((states) => verdict(rule, states))
      .flatMap((verdict) => (verdict === 'run' ? [] : verdict === 'skip' ? 'K' : 'F'));
    // A rule that is for when things go wrong counts as skippable even where nothing can.
    const always = /^(all_failed|all_skipped|one_failed|one_done)$/.test(rule) ? ['K'] : [];
    expect(letters([...seen, ...always])).toBe(letters(marks));
  });
});
