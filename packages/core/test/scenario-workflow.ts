import {
  type Dispatcher,
  NonRetryableError,
  pool,
  type Pool,
  skip,
  type TaskContext,
  type Workflow,
} from '../src/index.ts';
import type { Fallback } from '../src/model/definition.ts';
import type { FanOut } from '../src/model/fan-out.ts';
import type { RecoveryRule } from '../src/model/recovery.ts';
import { type VirtualClock } from '@wf-sdk/testing';
import { flowOf, type PlainTask } from './kit.ts';
import type { Scenario, Trial } from './scenario.ts';

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
    ...(given.nap === undefined ? [] : [{ id: 'nap', dependsOn: ['x'], sleep: given.nap }]),
  ];
  const limit = given.nap === undefined ? {} : { maxActiveRuns: 2 };
  return flowOf(tasks, { ...limit, id: 'child', output: ({ x }: { readonly x: unknown }) => x });
}

function fanOutOf(
  { shape, join, concurrency, takesMs, nap }: Trial,
  clock: VirtualClock,
): FanOut | undefined {
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
    case 'child':
      return nap === undefined || concurrency === 1
        ? undefined
        : { ...options, kind: 'each', select: () => ['p', 'q', 'r'] };
    case 'plain':
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
