import { fromJSON, run, type RunEvent, workflow } from '@wf-sdk/core';
import { sampleRuns, seededRandom, VirtualClock } from '@wf-sdk/testing';
import { describe, expect, test } from 'vitest';
import { timelineOf } from './from-events.ts';
import type { ItemSpan, RunSpan, Structure, TaskSpan, Timeline, UnitSpan } from './timeline.ts';

async function drawn(events: readonly RunEvent[], structure?: Structure): Promise<Timeline> {
  const structureOf = (): Structure | undefined => structure;
  const timeline = await timelineOf(events, {
    source: 'events',
    ...(structure !== undefined && { structureOf }),
  });
  if (timeline === undefined) throw new Error('a run without events');
  return timeline;
}

function unitsIn({ tasks }: RunSpan): readonly UnitSpan[] {
  return tasks.flatMap((task) => [task, ...task.items]);
}

function runsIn(root: RunSpan): readonly RunSpan[] {
  return [root, ...unitsIn(root).flatMap(({ runs }) => runs.flatMap(runsIn))];
}

/** What does not hold of a run that has ended, and should. */
function problemsOf(root: RunSpan): readonly string[] {
  return runsIn(root).flatMap((span) => {
    const problems: string[] = [];
    const must = (holds: boolean, what: string): void => void (holds || problems.push(what));
    for (const { phases } of unitsIn(span)) {
      let at = span.from;
      for (const { from, to, kind } of phases) {
        must(from >= at, `${kind} begins before what came before it has ended`);
        must(to >= from, `${kind} ends before it begins`);
        at = to;
      }
      must(at <= span.to, 'it goes on when its run has ended');
    }
    const { steps, ms, share } = span.criticalPath;
    let before = span.from;
    for (const { task, from, to, beforeMs } of steps) {
      must(from - before === beforeMs && beforeMs >= 0, `${task} begins before the step before it has ended`);
      must(to >= from, `${task} ends before it begins`);
      before = to;
    }
    must(ms <= span.to - span.from && share <= 1, 'the path is longer than the run');
    return problems;
  });
}

const samples = await sampleRuns();

describe.for(samples.map(({ name, ...rest }) => [name, rest] as const))('sample run %s', ([, sample]) => {
  const { workflow: flow, events } = sample;
  const structure = flow.definition.tasks.map(({ id, dependsOn }) => ({ id, dependsOn }));

  test('has phases that do not overlap, within the run, and a path without holes', async () => {
    expect(problemsOf((await drawn(events)).run)).toEqual([]);
    expect(problemsOf((await drawn(events, structure)).run)).toEqual([]);
  });

  test('has the states that its events say', async () => {
    const ends = new Map<string, string>();
    const suffix = /^task\.(succeeded|failed|skipped|upstream_failed|cancelled)$/;
    for (const event of events) {
      const [, state] = suffix.exec(event.type) ?? [];
      if (state !== undefined && 'task' in event && event.run === sample.run) ends.set(event.task, state);
    }
    const { tasks, state } = (await drawn(events)).run;
    expect(Object.fromEntries(tasks.map((task) => [task.task, task.state]))).toEqual(
      Object.fromEntries(ends),
    );
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', state });
  });

  test('has an attempt for each that was started', async () => {
    const started = events.filter(({ type }) => type === 'attempt.started').length;
    const spans = runsIn((await drawn(events)).run).flatMap(unitsIn);
    const attempts = spans.flatMap(({ phases }) =>
      phases.filter(({ kind, attempt }) => kind === 'running' && attempt !== undefined),
    );
    expect(attempts).toHaveLength(started);
    expect(spans.reduce((sum, unit) => sum + unit.attempts, 0)).toBe(started);
  });
});

function sampleEvents(name: string): readonly RunEvent[] {
  return samples.find((sample) => sample.name === name)?.events ?? [];
}

function taskIn({ run: root }: Timeline, id: string): TaskSpan {
  const task = root.tasks.find((one) => one.task === id);
  if (task === undefined) throw new Error(`no task ${id}`);
  return task;
}

/** Kinds and lengths of phases, in seconds: `running 30 failed`. */
function told({ phases }: UnitSpan): string[] {
  return phases.map(({ kind, from, to, end }) =>
    [kind, (to - from) / 1_000, end].filter((part) => part !== undefined).join(' '),
  );
}

describe('what a timeline shows', () => {
  test('attempts, and waits between them', async () => {
    const task = taskIn(await drawn(sampleEvents('retries')), 'fetch');
    expect(told(task)).toEqual([
      'running 0 failed',
      'retrying 45',
      'running 30 failed',
      'retrying 90',
      'running 0 failed',
      'retrying 180',
      'running 0 succeeded',
    ]);
  });

  test('waits for breakers and timers', async () => {
    const timeline = await drawn(sampleEvents('breaker'));
    expect(told(taskIn(timeline, 'pause'))).toEqual(['waiting 5']);
    expect(taskIn(timeline, 'charge').phases.filter(({ kind }) => kind === 'waiting')).toMatchObject([
      { for: 'breaker' },
      { for: 'breaker' },
    ]);
  });

  test('undoing, behind the end of what is undone', async () => {
    const rooms = taskIn(await drawn(sampleEvents('undone')), 'rooms');
    const [, second] = rooms.items as readonly [ItemSpan, ItemSpan];
    expect(second.state).toBe('succeeded');
    expect(told(second)).toEqual([
      'running 0 succeeded',
      'undoing 1 failed',
      'retrying 60',
      'undoing 1 succeeded',
    ]);
  });

  test('outputs from the cache, and why what did not run did not', async () => {
    const cached = await drawn(sampleEvents('cached'));
    expect(taskIn(cached, 'size')).toMatchObject({ by: 'cache', attempts: 0, state: 'succeeded' });
    expect(taskIn(cached, 'draw').items.map(({ by }) => by)).toEqual(['cache', 'cache', undefined]);
    expect(taskIn(await drawn(sampleEvents('failed-fan-out')), 'announce')).toMatchObject({
      state: 'upstream_failed',
      cause: 'upload',
    });
  });

  test('the runs that tasks and items ran, one for each attempt', async () => {
    const ship = taskIn(await drawn(sampleEvents('child-runs')), 'ship');
    expect(ship.items.map(({ runs }) => runs.map(({ state }) => state))).toEqual([
      ['succeeded'],
      ['failed', 'succeeded'],
    ]);
    const [{ runs } = { runs: [] }] = ship.items;
    expect(runs[0]?.tasks.map(({ task }) => task)).toEqual(['pack', 'label']);
    expect(runs[0]?.tasks[1]?.runs[0]).toMatchObject({ workflow: 'label', state: 'succeeded' });
  });

  test('what a retried run did before, too', async () => {
    const upload = taskIn(await drawn(sampleEvents('retried')), 'upload');
    expect(upload).toMatchObject({ state: 'succeeded', attempts: 2 });
    expect(upload.phases.map(({ end }) => end)).toEqual(['failed', 'succeeded']);
  });
});

const STARTED: RunEvent = {
  type: 'run.started',
  run: 'r',
  at: 0,
  workflow: 'w',
  version: '1',
  input: undefined,
  total: 2,
};

describe('a run whose process died', () => {
  const fact = { run: 'r', task: 'a' };
  const before: RunEvent[] = [
    STARTED,
    { ...fact, type: 'task.queued', at: 0 },
    { ...fact, type: 'attempt.started', at: 1_000, attempt: 1 },
    { ...fact, type: 'task.log', at: 3_000, attempt: 1, level: 'info', message: 'half done' },
  ];
  const after: RunEvent[] = [
    { run: 'r', type: 'run.resumed', at: 60_000 },
    { ...fact, type: 'attempt.started', at: 61_000, attempt: 1 },
    { ...fact, type: 'task.succeeded', at: 64_000, output: 1 },
    { run: 'r', type: 'run.finished', at: 64_000, state: 'succeeded', succeeded: 1, total: 2 },
  ];

  test('has a gap from when it was last heard of, and the attempt is lost there', async () => {
    const timeline = await drawn([...before, ...after]);
    expect(timeline.run.gaps).toEqual([{ from: 3_000, to: 60_000 }]);
    expect(told(taskIn(timeline, 'a'))).toEqual([
      'queued 1',
      'running 2 lost',
      'interrupted 57',
      'queued 1',
      'running 3 succeeded',
    ]);
    expect(timeline.run.criticalPath.steps).toMatchObject([
      { spent: { interrupted: 57_000, running: 5_000 } },
    ]);
  });

  test('and not resumed is shown as far as it is known', async () => {
    const { run: root } = await drawn(before);
    expect(root).toMatchObject({ state: 'running', to: 3_000 });
    expect(root.tasks[0]?.phases.at(-1)).toEqual({ kind: 'running', from: 1_000, to: 3_000, attempt: 1 });
    const later = await timelineOf(before, { source: 'store', now: 10_000, state: 'interrupted' });
    expect(later?.run).toMatchObject({ state: 'interrupted', to: 10_000 });
  });

  test('a clock that was set back does not turn time around', async () => {
    const end: RunEvent[] = [
      { ...fact, type: 'task.succeeded', at: 2_000, output: 1 },
      { run: 'r', type: 'run.finished', at: 2_500, state: 'succeeded', succeeded: 1, total: 2 },
    ];
    const { run: root } = await drawn([...before, ...end]);
    expect(problemsOf(root)).toEqual([]);
    expect(root.to).toBe(3_000);
  });
});

describe('a file that does not begin with its run', () => {
  test('says so, and so does one with two runs', async () => {
    const late = await drawn([{ run: 'r', task: 'a', type: 'task.queued', at: 5 }]);
    expect(late.notes).toEqual([expect.stringMatching(/in the midst/)]);
    const two = await drawn([STARTED, { ...STARTED, run: 'other' }]);
    expect(two.notes).toEqual([expect.stringMatching(/other runs/)]);
    expect(await timelineOf([], { source: 'events' })).toBeUndefined();
  });
});

test('a run that had to wait for its turn is whole, and so is one below that had to', async () => {
  const pool = workflow<string>('one-at-a-time', { maxActiveRuns: 1 })
    .addTask('nap')
    .run(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
    });
  const above = workflow('above')
    .addTask('below')
    .runWorkflow(pool, () => 'below');
  const first = run(pool, 'first');
  for await (const event of first.events()) if (event.type === 'run.started') break;
  const events: RunEvent[][] = [[], []];
  const observers = events.map((into) => [(event: RunEvent) => void into.push(event)]);
  const waiting = [
    run(pool, 'second', { observers: observers[0] ?? [] }),
    run(above, undefined, { observers: observers[1] ?? [] }),
  ];
  await Promise.all(waiting);
  expect(events.map((all) => all.some(({ type }) => type === 'run.pending'))).toEqual([true, true]);
  const [second, parent] = await Promise.all(events.map((all) => drawn(all)));
  expect([second?.notes, parent?.notes]).toEqual([[], []]);
  expect(parent?.run.tasks[0]?.runs.map(({ workflow: id }) => id)).toEqual(['one-at-a-time']);
});

test('a task that took no time can be the end of the path', async () => {
  const { run: root } = await drawn([
    STARTED,
    { run: 'r', type: 'task.queued', task: 'a', at: 0 },
    { run: 'r', type: 'attempt.started', task: 'a', at: 0, attempt: 1 },
    { run: 'r', type: 'task.succeeded', task: 'a', at: 9, output: 1 },
    { run: 'r', type: 'task.queued', task: 'b', at: 9 },
    { run: 'r', type: 'task.succeeded', task: 'b', at: 9, output: 1, by: 'cache' },
    { run: 'r', type: 'task.skipped', task: 'c', at: 9, reason: 'condition' },
    { run: 'r', type: 'run.finished', at: 9, state: 'succeeded', succeeded: 2, total: 3 },
  ]);
  expect(root.criticalPath.steps.map(({ task }) => task)).toEqual(['a', 'b']);
});

test('who gave up a slot is said of what waited for it', async () => {
  const clock = new VirtualClock();
  const flow = workflow('slots')
    .addTask('first')
    .run(() => clock.sleep('3s'))
    .addTask('second')
    .run(() => clock.sleep('1s'));
  const events: RunEvent[] = [];
  const observers = [(event: RunEvent): void => void events.push(event)];
  await clock.passUntil(run(flow, undefined, { clock, observers, concurrency: 1 }));
  const { run: root } = await drawn(events, [
    { id: 'first', dependsOn: [] },
    { id: 'second', dependsOn: [] },
  ]);
  expect(root.criticalPath).toMatchObject({
    share: 1,
    steps: [{ task: 'second', spent: { queued: 3_000, running: 1_000 }, slotsOf: ['first'] }],
  });
});

/** Any workflow of plain tasks, some of which fail at first or for good, under any limit. */
async function randomRun(
  seed: number,
): Promise<{ readonly events: readonly RunEvent[]; readonly structure: Structure }> {
  const random = seededRandom(seed);
  const below = (most: number): number => Math.floor(random() * most);
  const clock = new VirtualClock();
  const tasks = Array.from({ length: 2 + below(14) }, (_, number) => ({
    id: `t${number}`,
    dependsOn: [...new Set(Array.from({ length: below(4) }, () => below(number)))]
      .filter((place) => place < number)
      .map((place) => `t${place}`),
    retry: { attempts: 2, backoff: 'constant', delay: 1 + below(9), jitter: 'none' },
  }));
  const handlers = Object.fromEntries(
    tasks.map(({ id }) => {
      const failures = below(6) === 0 ? 1 + below(2) : 0;
      const handler = async (_: unknown, { attempt }: { readonly attempt: number }): Promise<void> => {
        await clock.sleep(below(20));
        if (attempt <= failures) throw new Error('not yet');
      };
      return [id, handler];
    }),
  );
  const flow = fromJSON({ id: 'any', version: '1', tasks }, { handlers });
  const events: RunEvent[] = [];
  const observers = [(event: RunEvent): void => void events.push(event)];
  await clock.passUntil(run(flow, undefined, { clock, observers, random, concurrency: 1 + below(4) }));
  return { events, structure: tasks };
}

/** The steps of a path before which there is not the dependency that ended last. */
function strayIn({ tasks, criticalPath }: RunSpan, structure: Structure): readonly string[] {
  const ended = new Map(tasks.map(({ task, endedAt }) => [task, endedAt ?? Number.NaN]));
  const path = criticalPath.steps.map(({ task }) => task);
  return path.filter((task, place) => {
    const dependsOn = structure.find(({ id }) => id === task)?.dependsOn ?? [];
    const before = path[place - 1];
    if (before === undefined) return dependsOn.length > 0;
    const latest = Math.max(...dependsOn.map((id) => ended.get(id) ?? Number.NaN));
    return !dependsOn.includes(before) || ended.get(before) !== latest;
  });
}

test('of any run the path is one of dependencies, each the last to end; the same is read from its events alone', async () => {
  let steps = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const { events, structure } = await randomRun(seed);
    const { run: root } = await drawn(events, structure);
    expect(problemsOf(root), `seed ${seed}`).toEqual([]);
    expect(strayIn(root, structure), `seed ${seed}`).toEqual([]);
    const path = root.criticalPath.steps.map(({ task }) => task);
    expect((await drawn(events)).run.criticalPath.steps.map(({ task }) => task)).toEqual(path);
    steps += path.length;
  }
  expect(steps).toBeGreaterThan(120);
});
