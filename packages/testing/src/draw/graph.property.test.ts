import { compile, fromJSON, type Plan } from '@wf-sdk/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawGraph } from './graph.ts';

/** Each task depends on some of those before it; then the tasks are put in another order. */
function graphs(edges: fc.Arbitrary<readonly (readonly number[])[]>): fc.Arbitrary<readonly Task[]> {
  return edges.chain((graph) =>
    order(graph.length).map((tasks) =>
      tasks.map((task) => ({ id: `t${task}`, dependsOn: (graph[task] ?? []).map((other) => `t${other}`) })),
    ),
  );
}

interface Task {
  readonly id: string;
  readonly dependsOn: readonly string[];
  readonly teardownOf?: string;
}

/** Any graph of up to thirty tasks: some twenty lanes at most. */
const tangles = fc
  .array(fc.array(fc.nat(), { maxLength: 6 }), { minLength: 1, maxLength: 30 })
  .map((picks) =>
    picks.map((pick, task) => [...new Set(pick.map((n) => n % (task + 1)))].filter((n) => n < task)),
  );

/** Tasks in layers, each depending on some groups of the layer before, in pairs on each other: there are more lanes than can be read. */
const fans = fc
  .array(
    fc.record({
      width: fc.integer({ min: 1, max: 90 }),
      groups: fc.integer({ min: 1, max: 3 }),
      pick: fc.nat(),
      paired: fc.boolean(),
    }),
    { minLength: 2, maxLength: 4 },
  )
  .map((layers) => {
    const edges: number[][] = [];
    let before: readonly number[] = [];
    for (const { width, groups, pick, paired } of layers) {
      const layer = Array.from({ length: width }, (_, index) => edges.length + index);
      for (const [index, task] of layer.entries()) {
        const above = before.filter((other) => other % groups !== (index + pick) % (groups + 1));
        edges.push(paired && index % 2 === 1 ? [...above, task - 1] : above);
      }
      before = layer;
    }
    return edges;
  });

function order(size: number): fc.Arbitrary<readonly number[]> {
  const inOrder = Array.from({ length: size }, (_, index) => index);
  return fc.oneof(fc.constant(inOrder), fc.shuffledSubarray(inOrder, { minLength: size }));
}

test.for([
  ['tangles', graphs(tangles), 500],
  ['fans', graphs(fans), 50],
] as const)(
  'in drawings of %s, following the lines gives the edges back',
  { timeout: 60_000 },
  ([, arbitrary, numRuns]) => {
    fc.assert(
      fc.property(arbitrary, (tasks) => {
        const plan = planOf(tasks);
        const drawn = drawGraph(plan);
        expect(drawn).toBe(drawGraph(planOf(tasks)));
        const followed = follow(drawn.split('\n'));
        expect(Object.keys(followed).toSorted()).toEqual(tasks.map(({ id }) => id).toSorted());
        for (const { id, dependsOn } of tasks)
          expect(followed[id], `${id} in\n${drawn}`).toEqual(dependsOn.toSorted());
      }),
      { numRuns },
    );
  },
);

test('of what a teardown waits for enough is drawn to see all of it', { timeout: 60_000 }, () => {
  const picks = fc.array(fc.record({ dependsOn: fc.array(fc.nat(), { maxLength: 3 }), setup: fc.nat() }), {
    minLength: 4,
    maxLength: 14,
  });
  fc.assert(
    fc.property(picks, (tasks) => {
      const definitions = tasks.map(({ dependsOn, setup }, task): Task => {
        const earlier = [...new Set(dependsOn.map((number) => number % (task + 1)))].filter((n) => n < task);
        const isTeardown = task > 1 && setup % 3 === 0;
        const id = `t${task}`;
        // Nothing depends on a teardown here: what comes after one is another matter.
        const named = earlier.filter((other) => (tasks[other]?.setup ?? 0) % 3 !== 0 || other < 2);
        if (!isTeardown) return { id, dependsOn: named.map((other) => `t${other}`) };
        return { id, dependsOn: [], teardownOf: `t${setup % 2}` };
      });
      const plan = planOf(definitions);
      const followed = follow(drawGraph(plan).split('\n'), (line) => line.split(/ {2}\(/)[0] ?? '');
      for (const { id } of plan.tasks)
        expect(
          allBefore(id, (task) => followed[task] ?? []),
          id,
        ).toEqual(
          allBefore(id, (task) => idsOf(plan, plan.tasks[plan.indexOf.get(task) ?? -1]?.dependsOn ?? [])),
        );
    }),
    { numRuns: 300 },
  );
});

function idsOf(plan: Plan, indices: Iterable<number>): readonly string[] {
  return Array.from(indices, (index) => plan.tasks[index]?.id ?? '?');
}

/** Everything a task waits for, directly or not. */
function allBefore(id: string, before: (task: string) => readonly string[]): readonly string[] {
  const found = new Set(before(id));
  for (const task of found) for (const next of before(task)) found.add(next);
  return [...found].toSorted();
}

function planOf(tasks: readonly Task[]): Plan {
  const handlers = Object.fromEntries(tasks.map(({ id }) => [id, () => id]));
  const definitions = tasks.map((task) => ({ ...task, dependsOn: [...task.dependsOn] }));
  return compile(fromJSON({ id: 'w', tasks: definitions }, { handlers }));
}

const DOWN = '○●◎◉│├┤┼';
const LEFT = '┤┼┴╯';
const RIGHT = '├┼┴╰';

/**
 * Reads a drawing as a person does: character by character, knowing nothing of how it was made. From each sign up the
 * lane it stands in, and to both sides as far as the horizontal line goes; from each lane that is met, up to its sign.
 */
function follow(
  drawing: readonly string[],
  withoutFacts = (line: string): string => line,
): Readonly<Record<string, readonly string[]>> {
  const lines = drawing.map(withoutFacts);
  const at = (row: number, column: number): string => lines[row]?.[column] ?? ' ';
  const nameOf = (row: number): string => lines[row]?.split(' ').at(-1) ?? '';
  /** All tasks at the top of a lane: its rings, too. */
  const topOf = (row: number, column: number): readonly string[] => {
    const rings: string[] = [];
    for (let above = row - 1; ; above--) {
      const character = at(above, column);
      if ('○●'.includes(character)) return [...rings, nameOf(above)];
      if ('◎◉'.includes(character)) rings.push(nameOf(above));
      else if (!'│├┤┼'.includes(character))
        throw new Error(`a line comes from nowhere at ${above}:${column}`);
    }
  };
  return Object.fromEntries(
    lines.map((line, row) => {
      const sign = line.search(/[○●■□◎◉]/);
      const found: string[] = [];
      if ('●■'.includes(at(row, sign)) && DOWN.includes(at(row - 1, sign))) found.push(...topOf(row, sign));
      for (const [step, arms] of [
        [-1, RIGHT],
        [1, LEFT],
      ] as const) {
        let end = sign;
        for (let column = sign + step; at(row, column) !== ' '; column += step) {
          end = column;
          if (arms.includes(at(row, column))) found.push(...topOf(row, column));
          else if (!'─│'.includes(at(row, column))) throw new Error(`a line breaks off at ${row}:${column}`);
        }
        if (end !== sign && '─│┼┴'.includes(at(row, end)))
          throw new Error(`a line leads nowhere at ${row}:${end}`);
      }
      return [nameOf(row), found.toSorted()];
    }),
  );
}

test('a tangle of sixty tasks, with three dependencies each, fits into a hundred columns', () => {
  const picks = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 60, maxLength: 60 });
  for (const [round, tangle] of fc.sample(picks, { seed: 1, numRuns: 200 }).entries()) {
    const tasks = tangle.map((pick, task) => ({
      id: `t${task}`,
      dependsOn: task === 0 ? [] : [...new Set(pick.map((number) => `t${number % task}`))],
    }));
    const widths = drawGraph(planOf(tasks))
      .split('\n')
      .map(({ length }) => length);
    expect(Math.max(...widths), `tangle ${round}`).toBeLessThanOrEqual(100);
  }
});
