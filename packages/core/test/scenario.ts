import fc from 'fast-check';

import {
  type Dispatcher,
  NonRetryableError,
  pool,
  type Pool,
  type RetryOptions,
  skip,
  type TaskContext,
  type Workflow,
} from '../src/index.ts';
import type { FanOut } from '../src/model/fan-out.ts';
import type { Fallback } from '../src/model/definition.ts';
import type { RecoveryAction, RecoveryRule } from '../src/model/recovery.ts';
import { TRIGGER_RULES, type TriggerRule } from '../src/model/trigger-rule.ts';
import { flowOf, type PlainTask, type VirtualClock } from './kit.ts';
import { type RandomTask, randomConcurrency, randomGraph } from './random.ts';

/** What one task of a random run is and does. */
interface Trial {
  readonly shape: 'plain' | 'list' | 'stream' | 'matrix' | 'child' | 'sleep';
  readonly work: 'at_once' | 'later' | 'until_aborted' | 'deaf' | 'log';
  /** How many attempts fail before one succeeds. */
  readonly failures: number;
  readonly error: 'error' | 'type_error' | 'text' | 'final';
  readonly takesMs: number;
  readonly rule: TriggerRule | 'teardown' | undefined;
  readonly condition: 'yes' | 'no' | 'yes_later' | 'no_later' | 'throws' | undefined;
  readonly branch: 'taken' | 'not_taken' | undefined;
  readonly runAlways: boolean;
  readonly allowFailure: boolean;
  readonly retry: RetryOptions | undefined;
  readonly timeout: number | undefined;
  readonly deadline: number | undefined;
  readonly queueTimeout: number | undefined;
  readonly sla: number | undefined;
  readonly fallback: 'value' | 'later' | 'throws' | 'skip' | undefined;
  readonly recover: RecoveryAction['type'] | 'throws' | undefined;
  readonly compensate: 'works' | 'fails' | 'slow' | undefined;
  readonly pools: 'one' | 'two' | 'both' | undefined;
  readonly cpu: number | undefined;
  readonly breaker: 'wait' | 'fail' | undefined;
  readonly isolated: boolean;
  readonly join: FanOut['join'];
  readonly concurrency: number;
}

/** A random run: its tasks, and what happens to it from outside. */
export interface Scenario {
  readonly graph: readonly RandomTask[];
  readonly trials: readonly Trial[];
  readonly concurrency: number;
  readonly cancel:
    | {
        readonly atEvent: number;
        readonly how: 'at_once' | 'soon' | 'by_signal' | 'forced' | 'forced_soon';
        readonly forceAfter: number | undefined;
      }
    | undefined;
  /** What a person says about the first task that waits for a decision, the second, … */
  readonly decisions: readonly ('approve' | 'retry' | 'skip' | 'fail')[];
  /** How long that takes. */
  readonly hesitationMs: number;
  readonly timeout: number;
  readonly gracePeriod: number;
  readonly onFailure: 'continue' | 'fail-fast';
  readonly failurePolicy: 'any' | 'leaves';
  readonly seed: number;
}

const SIZE = 10;

const retry: fc.Arbitrary<RetryOptions> = fc.record({
  attempts: fc.integer({ min: 1, max: 4 }),
  backoff: fc.constantFrom('constant', 'linear', 'exponential'),
  delay: fc.constantFrom(0, 1, 40, 300),
  jitter: fc.constantFrom('none', 'full', 'equal'),
});

/** One of these, or, `freq` times in `freq + 1`, nothing. */
function seldom<T>(freq: number, ...values: T[]): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: freq, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...values) },
  );
}

const flag = (freq: number): fc.Arbitrary<boolean> => seldom(freq, true).map(Boolean);

const trial: fc.Arbitrary<Trial> = fc.record({
  shape: seldom(
    2,
    'list' as const,
    'stream' as const,
    'matrix' as const,
    'child' as const,
    'sleep' as const,
  ).map((shape) => shape ?? 'plain'),
  work: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('at_once' as const, 'later' as const, 'log' as const) },
    { weight: 1, arbitrary: fc.constantFrom('until_aborted' as const, 'deaf' as const) },
  ),
  failures: fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
  ),
  error: fc.constantFrom('error', 'type_error', 'text', 'final'),
  takesMs: fc.constantFrom(0, 5, 30, 100),
  rule: seldom(1, 'teardown' as const, ...TRIGGER_RULES),
  condition: seldom(
    5,
    'yes' as const,
    'no' as const,
    'yes_later' as const,
    'no_later' as const,
    'throws' as const,
  ),
  branch: seldom(8, 'taken' as const, 'not_taken' as const),
  runAlways: flag(8),
  allowFailure: flag(6),
  retry: fc.option(retry, { nil: undefined, freq: 2 }),
  timeout: seldom(3, 20, 60),
  deadline: seldom(5, 50, 400),
  queueTimeout: seldom(8, 10, 100),
  sla: seldom(8, 20, 200),
  fallback: seldom(5, 'value' as const, 'later' as const, 'throws' as const, 'skip' as const),
  recover: seldom(
    3,
    'retry' as const,
    'run_then_retry' as const,
    'value' as const,
    'skip' as const,
    'fail' as const,
    'escalate' as const,
    'throws' as const,
  ),
  compensate: seldom(3, 'works' as const, 'fails' as const, 'slow' as const),
  pools: seldom(3, 'one' as const, 'two' as const, 'both' as const),
  cpu: seldom(5, 1, 2),
  breaker: seldom(3, 'wait' as const, 'fail' as const),
  isolated: flag(5),
  join: seldom<NonNullable<FanOut['join']>>(2, 'all', 'allSettled', { tolerate: 1 }, { tolerate: '50%' }).map(
    (join) => join ?? 'all',
  ),
  concurrency: fc.integer({ min: 1, max: 3 }),
});

export const randomScenario: fc.Arbitrary<Scenario> = fc.record({
  graph: randomGraph(SIZE),
  trials: fc.array(trial, { minLength: SIZE, maxLength: SIZE }),
  concurrency: randomConcurrency,
  cancel: fc.option(
    fc.record({
      atEvent: fc.nat({ max: 40 }),
      how: fc.constantFrom(
        'at_once' as const,
        'soon' as const,
        'by_signal' as const,
        'forced' as const,
        'forced_soon' as const,
      ),
      forceAfter: seldom(2, 0, 1, 3, 8),
    }),
    { nil: undefined },
  ),
  decisions: fc.array(fc.constantFrom('approve', 'retry', 'skip', 'fail'), { minLength: 1, maxLength: 4 }),
  hesitationMs: fc.constantFrom(0, 7, 400),
  timeout: fc.constantFrom(120, 700, 5_000),
  gracePeriod: fc.constantFrom(0, 50),
  onFailure: seldom(4, 'fail-fast' as const).map((given) => given ?? 'continue'),
  failurePolicy: seldom(3, 'leaves' as const).map((given) => given ?? 'any'),
  seed: fc.integer(),
});

const POOLS = { one: pool('one', { slots: 1 }), two: pool('two', { slots: 2, perKey: 1 }) } as const;

/** The workflow of a scenario. `called` hears of each call of a handler. */
export function workflowOf(
  scenario: Scenario,
  clock: VirtualClock,
  called: () => void,
): ReturnType<typeof flowOf> {
  const { graph, trials, failurePolicy } = scenario;
  const tasks = graph.map(({ id, dependsOn, priority }, index): PlainTask => {
    const given = trials[index];
    if (given === undefined) throw new RangeError('too few trials');
    const reads = dependsOn.map((place) => graph[place]?.id ?? '');
    return {
      id,
      priority,
      dependsOn: reads,
      ...controlOf(given, reads),
      ...workOf(id, given, clock, called),
    };
  });
  return flowOf(tasks, { failurePolicy });
}

/** Makes the attempts of isolated tasks, two at once, as a thread would: by what the request says. */
export function dispatcherOf(workflow: Workflow): Dispatcher {
  return {
    slots: 2,
    async dispatch({ task, attempt, run, data }, observer, signal) {
      const handler = workflow.definition.tasks.find(({ id }) => id === task)?.handler;
      const info: TaskContext['log']['info'] = (message, fields) => observer.log('info', message, fields);
      return handler?.(data as never, { attempt, run, signal, log: { info } } as TaskContext);
    },
  };
}

function controlOf(given: Trial, reads: readonly string[]): Partial<PlainTask> {
  const { rule, condition, branch, deadline, sla, allowFailure } = given;
  const [first = ''] = reads;
  const teardown = rule === 'teardown' && first !== '';
  const later = async (said: boolean): Promise<boolean> => said;
  const conditions = {
    yes: () => true,
    no: () => false,
    yes_later: () => later(true),
    no_later: () => later(false),
    throws: () => {
      throw new Error('in a condition');
    },
  };
  return {
    deadline,
    sla,
    allowFailure,
    runAlways: given.runAlways && !teardown,
    triggerRule: rule === 'teardown' ? undefined : rule,
    teardownOf: teardown ? first : undefined,
    conditions: condition === undefined ? undefined : [conditions[condition]],
    branches:
      branch === undefined || first === ''
        ? undefined
        : [{ task: first, labels: branch === 'taken' ? [`${first}#1`, undefined] : ['never'] }],
  };
}

function workOf(id: string, given: Trial, clock: VirtualClock, called: () => void): Partial<PlainTask> {
  if (given.shape === 'sleep') return { sleep: given.takesMs };
  const { timeout, queueTimeout, pools, cpu, breaker } = given;
  const handler = (data: { readonly index?: number }, context: TaskContext): unknown => {
    called();
    return perform(id, given, data.index, context, clock);
  };
  const demands: readonly Pool[] =
    pools === undefined ? [] : pools === 'both' ? [POOLS.two, POOLS.one] : [POOLS[pools]];
  return {
    ...(given.shape === 'child' ? { child: { workflow: childOf(given, handler) } } : { handler }),
    fanOut: fanOutOf(given, clock),
    retry: given.retry,
    timeout,
    queueTimeout,
    pools: pools === undefined ? undefined : demands.map((from) => ({ pool: from, key: () => id })),
    resources: cpu === undefined ? undefined : { cpu },
    isolate: given.isolated && given.shape !== 'child' ? {} : undefined,
    breaker:
      breaker === undefined ? undefined : { name: 'b', minimumCalls: 2, resetAfter: 50, whenOpen: breaker },
    fallback: fallbackOf(given, clock),
    recover: given.recover === undefined ? undefined : [ruleOf(given.recover, clock)],
    compensate: given.compensate === undefined ? undefined : compensationOf(given.compensate, clock),
  };
}

/** Whatever always runs is not told to stop, so it has to end by itself. */
function isPatient({ runAlways, rule }: Trial): boolean {
  return runAlways || rule === 'teardown';
}

function childOf(given: Trial, handler: PlainTask['handler']): ReturnType<typeof flowOf> {
  const undo = { undo: () => undefined };
  const tasks = [
    { id: 'x', handler, compensate: undo },
    { id: 'y', dependsOn: ['x'], handler: () => 1 },
    { id: 'z', runAlways: isPatient(given), handler: () => 2 },
  ];
  return flowOf(tasks, { id: 'child', output: ({ x }: { readonly x: unknown }) => x });
}

function fanOutOf({ shape, join, concurrency, takesMs }: Trial, clock: VirtualClock): FanOut | undefined {
  const options = { join: join ?? 'all', concurrency };
  switch (shape) {
    case 'list':
      return { ...options, kind: 'each', select: () => ['p', 'q', 'r'] };
    case 'matrix':
      return { ...options, kind: 'matrix', axes: { a: [1, 2], b: takesMs === 0 ? [] : [3, 4] } };
    case 'stream':
      return {
        ...options,
        kind: 'each',
        async *select() {
          for (let item = 0; item < 4; item++) {
            await clock.sleep(takesMs);
            if (item === 3 && takesMs === 100) throw new Error('the source broke');
            yield item;
          }
        },
      };
    case 'plain':
    case 'child':
    case 'sleep':
      return undefined;
  }
}

function fallbackOf({ fallback }: Trial, clock: VirtualClock): Fallback | undefined {
  switch (fallback) {
    case undefined:
      return undefined;
    case 'value':
      return { kind: 'value', value: 'instead' };
    case 'later':
      return { kind: 'function', make: () => clock.sleep(10).then(() => 'instead') };
    case 'throws':
      return { kind: 'function', make: () => Promise.reject(new Error('in a fallback')) };
    case 'skip':
      return { kind: 'function', make: () => skip };
  }
}

function ruleOf(type: NonNullable<Trial['recover']>, clock: VirtualClock): RecoveryRule {
  const match = { kind: 'predicate', test: () => true } as const;
  switch (type) {
    case 'retry':
      return { match, action: { type, times: 2, delay: 15 } };
    case 'run_then_retry':
      return { match, action: { type, repair: () => clock.sleep(20) } };
    case 'value':
      return { match, action: { type, make: () => 'instead' } };
    case 'skip':
    case 'fail':
    case 'escalate':
      return { match, action: { type } };
    case 'throws':
      return {
        match: {
          kind: 'predicate',
          test: () => {
            throw new Error('in a rule');
          },
        },
        action: { type: 'skip' },
      };
  }
}

function compensationOf(how: NonNullable<Trial['compensate']>, clock: VirtualClock): PlainTask['compensate'] {
  switch (how) {
    case 'works':
      return { undo: () => undefined };
    case 'fails':
      return { undo: () => Promise.reject(new Error('in an undo')), retry: { attempts: 2, delay: 30 } };
    case 'slow':
      return { undo: () => clock.sleep(200), timeout: 50 };
  }
}

function perform(
  id: string,
  given: Trial,
  index: number | undefined,
  context: TaskContext,
  clock: VirtualClock,
): unknown {
  const { signal, log, run } = context;
  const attempt = run.parent?.attempt ?? context.attempt;
  const outcome = (): string => {
    if (attempt <= given.failures && index !== 1) throw thrown(given.error);
    return `${id}#${attempt}`;
  };
  switch (given.work === 'until_aborted' && isPatient(given) ? 'later' : given.work) {
    case 'at_once':
      return outcome();
    case 'log':
      log.info('hello', { attempt });
      return Promise.resolve().then(outcome);
    case 'later':
      return clock.sleep(given.takesMs).then(outcome);
    case 'deaf':
      return clock.sleep(2_000 + given.takesMs).then(outcome);
    case 'until_aborted':
      return new Promise((_, reject) => {
        const stop = (): void => reject(signal.reason as Error);
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop);
      });
  }
}

function thrown(error: Trial['error']): unknown {
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
