import fc from 'fast-check';
import { expect, test } from 'vitest';

import { VirtualClock } from '../../test/kit.ts';
import { type RandomTask, randomConcurrency, randomGraph, seededRandom } from '../../test/random.ts';
import {
  compile,
  type Duration,
  NonRetryableError,
  type RetryOptions,
  run,
  type RunEvent,
  type RunResult,
  type TaskContext,
  type TaskDefinition,
  type Workflow,
} from '../index.ts';
import { Scheduler } from '../schedule/scheduler.ts';

interface Behaviour {
  readonly kind: 'at_once' | 'later' | 'until_aborted' | 'deaf' | 'log';
  /** How many attempts fail before one succeeds. */
  readonly failures: number;
  readonly error: 'error' | 'type_error' | 'text' | 'final';
  readonly takesMs: number;
  readonly retry: RetryOptions | undefined;
  readonly timeout: Duration | undefined;
  readonly deadline: Duration | undefined;
}

interface Scenario {
  readonly graph: readonly RandomTask[];
  readonly behaviours: readonly Behaviour[];
  readonly concurrency: number;
  readonly cancel: { readonly atEvent: number; readonly how: 'at_once' | 'soon' | 'by_signal' } | undefined;
  readonly timeout: number;
  readonly gracePeriod: number;
  readonly seed: number;
}

const retry: fc.Arbitrary<RetryOptions> = fc.record({
  attempts: fc.integer({ min: 1, max: 4 }),
  backoff: fc.constantFrom('constant', 'linear', 'exponential'),
  delay: fc.constantFrom(0, 1, 40, 300),
  jitter: fc.constantFrom('none', 'full', 'equal'),
});

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('at_once', 'later', 'log') },
    { weight: 1, arbitrary: fc.constantFrom('until_aborted', 'deaf') },
  ),
  failures: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
  ),
  error: fc.constantFrom('error', 'type_error', 'text', 'final'),
  takesMs: fc.constantFrom(0, 5, 30, 100),
  retry: fc.option(retry, { nil: undefined }),
  timeout: fc.option(fc.constantFrom(20, 60), { nil: undefined, freq: 3 }),
  deadline: fc.option(fc.constantFrom(50, 400), { nil: undefined, freq: 4 }),
}) as fc.Arbitrary<Behaviour>;

const scenario: fc.Arbitrary<Scenario> = fc.record({
  graph: randomGraph(14),
  behaviours: fc.array(behaviour, { minLength: 14, maxLength: 14 }),
  concurrency: randomConcurrency,
  cancel: fc.option(
    fc.record({
      atEvent: fc.nat({ max: 40 }),
      how: fc.constantFrom('at_once' as const, 'soon' as const, 'by_signal' as const),
    }),
    { nil: undefined },
  ),
  timeout: fc.constantFrom(120, 700, 5_000),
  gracePeriod: fc.constantFrom(0, 50),
  seed: fc.integer(),
});

interface Played {
  readonly clock: VirtualClock;
  readonly events: readonly RunEvent[];
  readonly result: RunResult;
  readonly callsAfterEnd: () => number;
  readonly workflow: Workflow<undefined>;
}

async function play({
  graph,
  behaviours,
  concurrency,
  cancel,
  timeout,
  gracePeriod,
  seed,
}: Scenario): Promise<Played> {
  const clock = new VirtualClock();
  const events: RunEvent[] = [];
  const controller = new AbortController();
  let calls = 0;
  const tasks = graph.map(({ id, dependsOn, priority }, index): TaskDefinition => {
    const behave = behaviours[index];
    if (behave === undefined) throw new Error('too few behaviours');
    const handler = (_: never, context: TaskContext): unknown => {
      calls++;
      return perform(behave, id, context, clock);
    };
    const { retry: policy, timeout: limit, deadline } = behave;
    return {
      id,
      priority,
      handler,
      dependsOn: dependsOn.map((place) => graph[place]?.id ?? ''),
      retry: policy,
      timeout: limit,
      deadline,
    };
  });
  const workflow: Workflow<undefined> = { definition: { id: 'w', version: '1.0.0', tasks } };
  const observe = (event: RunEvent): void => {
    events.push(event);
    if (events.length - 1 !== cancel?.atEvent) return;
    if (cancel.how === 'at_once') void handle.cancel('enough');
    else if (cancel.how === 'by_signal') controller.abort('enough');
    else queueMicrotask(() => void handle.cancel('enough'));
  };
  const options = {
    id: 'r',
    concurrency,
    clock,
    timeout,
    gracePeriod,
    random: seededRandom(seed),
    signal: controller.signal,
  };
  const handle = run(workflow, undefined, { ...options, observers: [observe] });
  const result = await clock.passUntil(handle);
  const callsAtEnd = calls;
  return { clock, events, result, workflow, callsAfterEnd: () => calls - callsAtEnd };
}

function perform(
  behave: Behaviour,
  id: string,
  { attempt, signal, log }: TaskContext,
  clock: VirtualClock,
): unknown {
  const outcome = (): string => {
    if (attempt <= behave.failures) throw thrown(behave.error);
    return `${id}#${attempt}`;
  };
  switch (behave.kind) {
    case 'at_once':
      return outcome();
    case 'log':
      log.info('hello', { attempt });
      return Promise.resolve().then(outcome);
    case 'later':
      return clock.sleep(behave.takesMs).then(outcome);
    case 'deaf':
      return clock.sleep(2_000 + behave.takesMs).then(outcome);
    case 'until_aborted':
      return new Promise((_, reject) => {
        const stop = (): void => reject(signal.reason as Error);
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop);
      });
  }
}

function thrown(error: Behaviour['error']): unknown {
  switch (error) {
    case 'error':
      return new Error('no');
    case 'type_error':
      return new TypeError('no');
    case 'text':
      return 'no';
    case 'final':
      return new NonRetryableError('never');
  }
}

/** The events of one task as a word: `Q` queued, `S` started, `r` failed and will be retried, `f` failed, … */
function word(events: readonly RunEvent[], id: string): string {
  const letters = {
    'task.queued': 'Q',
    'attempt.started': 'S',
    'attempt.failed': 'f',
    'task.succeeded': '!',
    'task.failed': '!',
    'task.upstream_failed': 'u',
    'task.cancelled': 'c',
  } as const;
  return events
    .filter((event) => 'task' in event && event.task === id && event.type in letters)
    .map((event) => ('retryInMs' in event ? 'r' : letters[event.type as keyof typeof letters]))
    .join('');
}

/** Queued, tried, tried again …, and exactly one end. */
const WELL_FORMED = /^(?:u|c|(?:QSr)*(?:c|Qc|QSc|!|Q!|QS!|QSf!))$/;

function checkEvents({ events, result }: Played): void {
  expect(events[0]?.type).toBe('run.started');
  expect(events.filter(({ type }) => type === 'run.started' || type === 'run.finished')).toHaveLength(2);
  expect(events.at(-1)).toMatchObject({
    type: 'run.finished',
    state: result.state,
    succeeded: result.succeeded,
    total: result.total,
    at: result.endedAt,
  });
  const times = events.map(({ at }) => at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const cancelling = events.findIndex(({ type }) => type === 'run.cancelling');
  expect(
    cancelling === -1
      ? []
      : events.slice(cancelling).filter(({ type }) => /succeeded|started|queued/.test(type)),
  ).toEqual([]);
  for (const task of Object.values(result.tasks)) {
    expect(word(events, task.id)).toMatch(WELL_FORMED);
    const starts = events.filter((event) => event.type === 'attempt.started' && event.task === task.id);
    expect(starts.map((event) => 'attempt' in event && event.attempt)).toEqual(
      starts.map((_, index) => index + 1),
    );
    expect(task.attempts).toBe(starts.length);
    expect(task.startedAt).toBe(starts[0]?.at);
  }
}

function checkResult({ events, result, workflow }: Played, concurrency: number): void {
  const plan = compile(workflow);
  const scheduler = new Scheduler(plan, concurrency);
  for (const event of events) scheduler.apply(event);
  const replayed = Object.fromEntries(plan.tasks.map(({ id, index }) => [id, scheduler.stateOf(index)]));
  const tasks = Object.values(result.tasks);
  expect(Object.fromEntries(tasks.map(({ id, state }) => [id, state]))).toEqual(replayed);
  expect(scheduler.open).toBe(0);
  const succeeded = tasks.filter(({ state }) => state === 'succeeded');
  expect(Object.keys(result.outputs)).toEqual(succeeded.map(({ id }) => id));
  expect(result.succeeded).toBe(succeeded.length);
  for (const { id, attempts } of succeeded) expect(result.outputs[id]).toBe(`${id}#${attempts}`);
  for (const { state, error } of tasks) expect(error !== undefined).toBe(state === 'failed');
  for (const { state, cause } of tasks) expect(cause !== undefined).toBe(state === 'upstream_failed');
  const timedOut = result.error?.code === 'run_timeout';
  const expected = events.some(({ type }) => type === 'run.cancelling') ? 'cancelled' : scheduler.verdict;
  expect(result.state).toBe(timedOut ? 'failed' : expected);
}

test('whatever tasks do and whenever a run is cancelled, its result comes and agrees with its log', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const played = await play(given);
      expect(played.clock.armed).toBe(0);
      checkEvents(played);
      checkResult(played, given.concurrency);
      await played.clock.advance(10_000);
      expect(played.callsAfterEnd()).toBe(0);
      expect(played.events.at(-1)?.type).toBe('run.finished');
    }),
    { numRuns: 400 },
  );
}, 30_000);

test('the same seed gives the same log', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const [first, second] = [await play(given), await play(given)];
      expect(second.events).toEqual(first.events);
    }),
    { numRuns: 60 },
  );
}, 30_000);
