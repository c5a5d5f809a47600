import type { RunResult, TaskDefinition, TriggerRule, Workflow } from '@wf-sdk/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { everyPath, InvariantError, testRun } from '../index.ts';

type State = 'succeeded' | 'failed' | 'skipped' | 'upstream_failed';

const RULES: readonly TriggerRule[] = [
  'all_success',
  'all_failed',
  'all_done',
  'all_done_min_one_success',
  'all_skipped',
  'one_success',
  'one_failed',
  'one_done',
  'none_failed',
  'none_failed_min_one_success',
  'none_skipped',
  'always',
];

/** The table of trigger rules, over dependencies that have all ended. */
function verdict(rule: TriggerRule, states: readonly State[]): 'run' | 'skipped' | 'upstream_failed' {
  if (states.length === 0) return 'run';
  const has = (...wanted: readonly State[]): boolean => states.some((state) => wanted.includes(state));
  const [success, skip, failure] = [has('succeeded'), has('skipped'), has('failed', 'upstream_failed')];
  const otherwise = (yes: boolean, no: 'skipped' | 'upstream_failed') => (yes ? 'run' : no);
  switch (rule) {
    case 'all_success':
      return failure ? 'upstream_failed' : otherwise(!skip, 'skipped');
    case 'all_failed':
      return otherwise(!success && !skip, 'skipped');
    case 'all_done':
    case 'always':
      return 'run';
    case 'all_done_min_one_success':
      return skip ? 'skipped' : otherwise(success, 'upstream_failed');
    case 'all_skipped':
      return otherwise(!success && !failure, 'skipped');
    case 'one_success':
      return otherwise(success, failure ? 'upstream_failed' : 'skipped');
    case 'one_failed':
      return otherwise(failure, 'skipped');
    case 'one_done':
      return otherwise(has('succeeded', 'failed'), 'skipped');
    case 'none_failed':
      return otherwise(!failure, 'upstream_failed');
    case 'none_failed_min_one_success':
      return failure ? 'upstream_failed' : otherwise(success, 'skipped');
    case 'none_skipped':
      return otherwise(!skip, 'skipped');
  }
}

interface Sketch {
  readonly dependsOn: readonly number[];
  readonly rule: TriggerRule;
  readonly isConditional: boolean;
}

const FATES = ['succeeded', 'failed', 'skipped'] as const;

/** What becomes of every task, for every fate that every task could have: what came to be, and on which questions it hung. */
function bruteForce(sketches: readonly Sketch[]): {
  readonly ends: ReadonlySet<string>;
  readonly paths: number;
} {
  const ends = new Set<string>();
  const paths = new Set<string>();
  for (let number = 0; number < FATES.length ** sketches.length; number++) {
    const states: State[] = [];
    const path: string[] = [];
    for (const [task, { dependsOn, rule, isConditional }] of sketches.entries()) {
      const fate = FATES[Math.floor(number / FATES.length ** task) % FATES.length] ?? 'succeeded';
      const said = verdict(
        rule,
        dependsOn.map((dependency) => states[dependency] ?? 'failed'),
      );
      const end = fate === 'skipped' && !isConditional ? 'succeeded' : fate;
      states.push(said === 'run' ? end : said);
      path.push(said === 'run' ? end : '-');
    }
    ends.add(states.join());
    paths.add(path.join());
  }
  return { ends, paths: paths.size };
}

const sketches = fc
  .array(
    fc.record({
      picks: fc.array(fc.nat(), { maxLength: 3 }),
      rule: fc.constantFrom(...RULES),
      isConditional: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((tasks) =>
    tasks.map(({ picks, rule, isConditional }, task): Sketch => {
      const dependsOn = task === 0 ? [] : [...new Set(picks.map((pick) => pick % task))];
      return { dependsOn, rule, isConditional };
    }),
  );

function workflowOf(tasks: readonly Sketch[]): Workflow {
  const definition = {
    id: 'random',
    version: '1',
    tasks: tasks.map(({ dependsOn, rule, isConditional }, task): TaskDefinition => ({
      id: `t${task}`,
      dependsOn: dependsOn.map((dependency) => `t${dependency}`),
      triggerRule: rule,
      conditions: isConditional ? [() => true] : undefined,
      handler: () => undefined,
    })),
  };
  return { definition };
}

function statesOf({ tasks }: RunResult): string {
  return Object.values(tasks)
    .map(({ state }) => state)
    .join();
}

test('every path ends in each of the states that brute force finds, and is walked once', async () => {
  await fc.assert(
    fc.asyncProperty(sketches, async (tasks) => {
      const ends = new Set<string>();
      const paths = new Set<string>();
      const report = await everyPath(workflowOf(tasks), (result, path) => {
        ends.add(statesOf(result));
        paths.add(JSON.stringify(path));
      });
      const expected = bruteForce(tasks);
      expect(ends).toEqual(expected.ends);
      expect(paths.size).toBe(report.paths);
      expect(report.paths).toBe(expected.paths);
    }),
    { numRuns: 150 },
  );
});

test('the options of any path give the run again', async () => {
  await fc.assert(
    fc.asyncProperty(sketches, fc.nat(), async (tasks, pick) => {
      const flow = workflowOf(tasks);
      const { paths } = await everyPath(flow, () => undefined);
      let left = pick % paths;
      let states = '';
      const told = everyPath(flow, (result) => {
        if (left-- !== 0) return;
        states = statesOf(result);
        throw new Error('this one');
      });
      const error = (await told.catch((thrown: unknown) => thrown)) as InvariantError;
      expect(error).toBeInstanceOf(InvariantError);
      expect(statesOf(await testRun(flow, error.options))).toBe(states);
    }),
    { numRuns: 100 },
  );
});
