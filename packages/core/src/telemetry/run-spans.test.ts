import { readFileSync } from 'node:fs';
import {
  context,
  createTraceState,
  propagation,
  type Span,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';
import { mortalStore, VirtualClock } from '@wf-sdk/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flowOf, type PlainTask } from '../../test/kit.ts';
import { msOf, traces, treeOf } from '../../test/telemetry.ts';
import {
  createMemoryStore,
  type Dispatcher,
  endSpans,
  fragment,
  graph,
  readLog,
  retry,
  run,
  type RunEvent,
  type RunHandle,
  type RunOptions,
  type RunResult,
  type Store,
  StoreError,
  type TaskContext,
  type TelemetryDetail,
  toJSON,
  workflow,
  type Workflow,
} from '../index.ts';

let otel: ReturnType<typeof traces>;
beforeEach(() => {
  otel = traces();
});
afterEach(() => otel.close());

const clock = (): VirtualClock => new VirtualClock();

async function traced(
  tasks: (clock: VirtualClock) => readonly PlainTask[] | Workflow,
  options: RunOptions = {},
): Promise<{ readonly tree: string[]; readonly result: RunResult }> {
  const time = clock();
  const made = tasks(time);
  const flow = 'definition' in made ? made : flowOf(made);
  const result = await time.passUntil(run(flow, undefined, { id: 'r', clock: time, ...options }).result);
  return { tree: treeOf(otel.spans()), result };
}

/** A store that takes so many appends, and then none any more. */
function failingStore(appends: number): Store {
  const store = createMemoryStore();
  let left = appends;
  const append = store.append.bind(store);
  store.append = (given) =>
    left-- > 0 ? append(given) : Promise.reject(new StoreError('store_failed', 'the disk is gone'));
  return store;
}

test('a run does not fail because no span can begin', async () => {
  const provider = {
    getTracer: () => ({ startSpan: () => expect.unreachable('as a processor of spans may') }),
  };
  trace.disable();
  trace.setGlobalTracerProvider(provider as unknown as TracerProvider);
  const { result } = await traced((time) => [
    { id: 'a', retry: { attempts: 2 }, handler: () => time.sleep(10) },
    { id: 'b', dependsOn: ['a'], handler: () => Promise.reject(new Error('its own')) },
    { id: 'c', dependsOn: ['b'], handler: () => 3 },
  ]);
  expect(result.state).toBe('failed');
  expect(result.error).toMatchObject({ message: expect.stringContaining('its own') as string });
});

describe('the spans of a run', () => {
  test('are one for the run, one for its start, and one for each task, linked to what it depends on', async () => {
    const { tree } = await traced((time) => [
      { id: 'a', handler: () => time.sleep(10) },
      { id: 'b', handler: () => time.sleep(5) },
      { id: 'c', dependsOn: ['a', 'b'], handler: () => 3 },
    ]);
    expect(tree).toEqual([
      'workflow.run w 10ms success',
      '  workflow.start w 0ms',
      '  workflow.task b 5ms succeeded',
      '  workflow.task a 10ms succeeded',
      '  workflow.task c 0ms succeeded links=2',
    ]);
    const [a, b, c] = ['a', 'b', 'c'].map((id) =>
      otel.spans().find(({ name }) => name === `workflow.task ${id}`),
    );
    expect(c?.links.map((link) => link.context.spanId)).toEqual([
      a?.spanContext().spanId,
      b?.spanContext().spanId,
    ]);
    expect(a?.attributes).toEqual({
      'workflow.name': 'w',
      'workflow.execution.id': 'r',
      'workflow.task.name': 'a',
      'workflow.task.attempts': 1,
      'workflow.task.state': 'succeeded',
      'workflow.task.queue.duration': 0,
    });
    expect(msOf(a?.startTime ?? [0, 0])).toBe(1_735_689_600_000);
  });

  test('are one for each attempt of a task that may have more than one, with the reason and the delay of the next', async () => {
    const { tree } = await traced((time) => [
      {
        id: 'flaky',
        retry: { attempts: 3, delay: 100, backoff: 'constant', jitter: 'none' },
        handler: async (_: never, { attempt }: { attempt: number }) => {
          await time.sleep(10);
          if (attempt < 3) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
        },
      },
      { id: 'steady', retry: { attempts: 3 }, handler: () => 1 },
    ]);
    expect(tree).toEqual([
      'workflow.run w 230ms success',
      '  workflow.start w 0ms',
      '  workflow.task steady 0ms succeeded',
      '    workflow.attempt steady 0ms',
      '  workflow.task flaky 230ms succeeded <workflow.task.retry> <workflow.task.retry>',
      '    workflow.attempt flaky 10ms error=ECONNREFUSED <exception>',
      '    workflow.attempt flaky 10ms error=ECONNREFUSED <exception>',
      '    workflow.attempt flaky 10ms',
    ]);
    const retry = otel.spans().find(({ name }) => name === 'workflow.task flaky')?.events[0];
    expect(retry?.attributes).toEqual({
      attempt: 1,
      delay_s: 0.1,
      'error.type': 'ECONNREFUSED',
      reason: 'refused',
    });
  });

  test('show what each attempt did below it, the first one too', async () => {
    const query = (name: string): void => trace.getTracer('mine').startSpan(name).end();
    const { tree } = await traced((time) => [
      {
        id: 'retried',
        retry: { attempts: 2, delay: 100, backoff: 'constant', jitter: 'none' },
        handler: async (_: never, { attempt, span }: { attempt: number; span: Span }) => {
          query(`query ${attempt}`);
          span.addEvent(`in ${attempt}`);
          await time.sleep(10);
          if (attempt === 1) throw new Error('once more');
        },
      },
      {
        id: 'recovered',
        recover: [
          { match: { kind: 'class', type: Error }, action: { type: 'run_then_retry', repair: () => 1 } },
        ],
        handler: (_: never, { attempt }: { attempt: number }) => {
          query(`query ${attempt}`);
          if (attempt === 1) throw new Error('once more');
        },
      },
      {
        id: 'skips',
        recover: [{ match: { kind: 'code', code: 'x' }, action: { type: 'skip' } }],
        handler: () => 1,
      },
    ]);
    expect(tree).toEqual([
      'workflow.run w 120ms success',
      '  workflow.start w 0ms',
      '  workflow.task skips 0ms succeeded',
      '  workflow.task recovered 0ms succeeded <workflow.task.recovery>',
      '    workflow.attempt recovered 0ms error=Error <exception>',
      '      query 1 0ms',
      '    workflow.attempt recovered 0ms',
      '      query 2 0ms',
      '  workflow.task retried 120ms succeeded <workflow.task.retry>',
      '    workflow.attempt retried 10ms error=Error <in 1> <exception>',
      '      query 1 0ms',
      '    workflow.attempt retried 10ms <in 2>',
      '      query 2 0ms',
    ]);
  });

  test('say how a run failed, what was skipped, and what was undone', async () => {
    const { tree } = await traced(() => [
      { id: 'book', handler: () => 'B', compensate: { undo: () => undefined } },
      {
        id: 'pay',
        dependsOn: ['book'],
        handler: () => {
          throw new TypeError('no card');
        },
      },
      { id: 'ship', dependsOn: ['pay'], handler: () => 1 },
      { id: 'never', conditions: [() => false], handler: () => 1 },
    ]);
    expect(tree).toEqual([
      'workflow.run w 0ms partial error=run_failed <workflow.compensation> <workflow.compensation>',
      '  workflow.start w 0ms',
      '  workflow.task never 0ms skipped',
      '  workflow.task book 0ms succeeded',
      '  workflow.task pay 0ms failed error=TypeError links=1 <exception>',
      '  workflow.task ship 0ms upstream_failed links=1',
      '  workflow.compensate book 0ms links=1',
    ]);
  });

  test('have all ended when the store of a run fails, be it while something is undone', async () => {
    const undo = async (_output: unknown, _data: unknown, { log }: TaskContext): Promise<void> => {
      log.info('it goes back');
      await new Promise((resolve) => setTimeout(resolve, 50));
    };
    const fails = (): never => {
      throw new TypeError('no card');
    };
    const tasks = flowOf([
      { id: 'book', handler: () => 'B', compensate: { undo } },
      { id: 'pay', dependsOn: ['book'], handler: fails },
    ]);
    const begun: string[] = [];
    for (let appends = 0; appends < 6; appends++) {
      const { error } = await run(tasks, undefined, { id: 'r', store: failingStore(appends) });
      expect(otel.open(), `after ${appends} appends`).toEqual([]);
      if (error?.code === 'run_not_kept') begun.push(otel.spans().at(-2)?.name ?? '');
    }
    expect(begun).toContain('workflow.compensate book');
  });

  test('show the items of a fanned-out task, with their attempts', async () => {
    const tasks = (): readonly PlainTask[] => [
      {
        id: 'fan',
        fanOut: { kind: 'each', select: () => ['x', 'y'] },
        retry: { attempts: 2, delay: 10, backoff: 'constant', jitter: 'none' },
        handler: ({ item }: { item: string }, { attempt }: { attempt: number }) => {
          if (item === 'y' && attempt === 1) throw new Error('once more');
        },
      },
    ];
    expect((await traced(tasks)).tree).toEqual([
      'workflow.run w 10ms success',
      '  workflow.start w 0ms',
      '  workflow.task fan 10ms succeeded',
      '    workflow.item fan 0ms succeeded',
      '      workflow.attempt fan 0ms',
      '    workflow.item fan 10ms succeeded <workflow.task.retry>',
      '      workflow.attempt fan 0ms error=Error <exception>',
      '      workflow.attempt fan 0ms',
    ]);
    otel.close();
    otel = traces();
    expect((await traced(tasks, { telemetry: 'attempts' })).tree).toEqual([
      'workflow.run w 10ms success',
      '  workflow.start w 0ms',
      '  workflow.task fan 10ms succeeded <workflow.task.retry>',
    ]);
  });

  test.each([
    ['off', 0],
    ['run', 2],
    ['tasks', 3],
    ['attempts', 5],
  ] as const)('show as much as is wanted: %s', async (telemetry, count) => {
    const retried: PlainTask = {
      id: 'a',
      retry: { attempts: 2, delay: 0 },
      handler: (_: never, { attempt }: { attempt: number }) => {
        if (attempt === 1) throw new Error('once more');
      },
    };
    expect((await traced(() => [retried], { telemetry })).tree).toHaveLength(count);
  });

  test('are those in which handlers run, in runs below another too', async () => {
    const inner = flowOf([{ id: 'x', handler: () => trace.getTracer('mine').startSpan('query').end() }], {
      id: 'below',
    });
    const { tree } = await traced(() =>
      workflow('above')
        .addTask('call')
        .run((_, { span }) => span.setAttribute('rows', 7).addEvent('mine'))
        .addTask('child')
        .dependsOn('call')
        .runWorkflow(inner),
    );
    expect(tree).toEqual([
      'workflow.run above 0ms success',
      '  workflow.start above 0ms',
      '  workflow.task call 0ms succeeded <mine>',
      '  workflow.task child 0ms succeeded links=1',
      '    workflow.run below 0ms success',
      '      workflow.start below 0ms',
      '      workflow.task x 0ms succeeded',
      '        query 0ms',
    ]);
  });
});

describe('the traceparent that handlers read', () => {
  const given: (string | undefined)[] = [];
  const flow = workflow('w')
    .addTask('a')
    .retry({ attempts: 2, delay: 1 })
    .run((_, { attempt, traceparent }) => {
      given.push(traceparent);
      if (attempt === 1) throw new Error('once more');
    })
    .addTask('each')
    .forEach(() => [1])
    .run((_, { traceparent }) => given.push(traceparent));

  beforeEach(() => {
    given.length = 0;
  });

  test('names the span of the attempt, or of the item', async () => {
    await traced(() => flow);
    const made = otel
      .spans()
      .filter(({ name }) => name === 'workflow.attempt a' || name === 'workflow.item each')
      .map((span) => span.spanContext())
      .map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`);
    expect(made).toHaveLength(3);
    expect(given.map(String).toSorted()).toEqual(made.toSorted());
  });

  test('is undefined where the run is not traced', async () => {
    await traced(() => flow, { telemetry: 'off' });
    otel.close();
    await traced(() => flow);
    expect(given).toEqual(new Array(6).fill(undefined));
  });

  test.each([true, false])(
    'goes to threads with its trace state; a propagator: %s',
    async (hasPropagator) => {
      if (!hasPropagator) propagation.disable();
      const above = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
      const traceState = createTraceState('vendor=7');
      let sent: unknown;
      const dispatcher: Dispatcher = { dispatch: async (request) => void (sent = request.trace) };
      await context.with(trace.setSpanContext(context.active(), { ...above, traceState }), () =>
        traced(() => [{ id: 'far', isolate: {}, handler: () => 1 }], { module: 'file:///w.ts', dispatcher }),
      );
      const far = otel.spans().find(({ name }) => name === 'workflow.task far');
      const traceparent = `00-${above.traceId}-${far?.spanContext().spanId}-01`;
      expect(sent).toEqual({ traceparent, tracestate: 'vendor=7' });
    },
  );
});

describe('the trace of a run', () => {
  const simple = flowOf([{ id: 'a', handler: () => 1 }]);

  test('goes on from the span that is active, or from that of another process', async () => {
    const tracer = trace.getTracer('mine');
    await tracer.startActiveSpan('caller', async (span) => {
      await run(simple, undefined, { clock: clock() });
      span.end();
    });
    const runs = (): readonly (string | undefined)[] =>
      otel
        .spans()
        .filter(({ name }) => name === 'workflow.run w')
        .map(({ parentSpanContext }) => parentSpanContext?.spanId);
    const caller = otel.spans().find(({ name }) => name === 'caller');
    expect(runs()).toEqual([caller?.spanContext().spanId]);
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const handle: RunHandle<RunResult> = run(simple, undefined, { clock: clock(), traceparent });
    let traceId: string | undefined;
    for await (const _ of handle.events()) traceId ??= handle.traceId;
    expect(traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(runs().at(-1)).toBe('00f067aa0ba902b7');
  });

  test('is refused where the traceparent is none', () => {
    for (const traceparent of ['', '00-1-2-3', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`])
      expect(() => run(simple, undefined, { traceparent })).toThrow(/traceparent/);
  });

  test('is the same in each process that has the run, linked to where the one before broke off', async () => {
    const store = createMemoryStore();
    const tasks = (): Workflow =>
      flowOf([
        { id: 'a', handler: () => 1 },
        { id: 'nap', dependsOn: ['a'], sleep: 1_000 },
        { id: 'b', dependsOn: ['nap'], handler: () => 2 },
      ]);
    const first = clock();
    const mortal = mortalStore(store);
    void run(tasks(), undefined, { id: 'r', clock: first, store: mortal.store });
    await first.advance(500);
    await mortal.die();
    expect(treeOf(otel.spans())).toEqual(['workflow.start w 0ms', 'workflow.task a 0ms succeeded']);
    endSpans(first.now());
    const before = otel.spans().length;
    const second = clock();
    await second.passUntil(run(tasks(), undefined, { id: 'r', clock: second, store }).result);
    const spans = otel.spans();
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(treeOf(spans.slice(before))).toEqual([
      'workflow.run w 1000ms success links=1 <workflow.waiting>',
      '  workflow.start w 0ms',
      '  workflow.task nap 1000ms succeeded links=1',
      '  workflow.task b 0ms succeeded links=1',
    ]);
    const [lost, again] = spans.filter(({ name }) => name === 'workflow.run w');
    expect(again?.parentSpanContext?.spanId).toBe(lost?.spanContext().spanId);
    expect(again?.links[0]?.context.spanId).toBe(lost?.spanContext().spanId);
    expect(lost?.attributes['workflow.execution.state']).toBe('running');
  });
});

describe('what has ended in one process', () => {
  const idOf = (name: string): string | undefined =>
    otel
      .spans()
      .findLast((span) => span.name === `workflow.task ${name}`)
      ?.spanContext().spanId;
  const linksOf = (name: string): (string | undefined)[] | undefined =>
    otel
      .spans()
      .findLast((span) => span.name === name)
      ?.links.map(({ context }) => context.spanId);
  const fails = (): never => {
    throw new Error('broken');
  };
  /** Whatever can become of a task, before a nap in which the process dies. */
  const ENDS: readonly PlainTask[] = [
    { id: 'done', handler: () => 1, compensate: { undo: () => undefined } },
    { id: 'left_out', conditions: [() => false], handler: () => 1 },
    { id: 'failing', allowFailure: true, handler: fails },
    { id: 'cut_off', dependsOn: ['failing'], handler: () => 1 },
  ];
  const IDS = ENDS.map(({ id }) => id);

  test.each<TelemetryDetail>(['items', 'run'])(
    'is linked to by what follows in the next, if it had a span: %s',
    async (telemetry) => {
      const store = createMemoryStore();
      const tasks = (): Workflow =>
        flowOf([
          ...ENDS,
          { id: 'nap', triggerRule: 'all_done', dependsOn: IDS, sleep: 1_000 },
          { id: 'after', triggerRule: 'all_done', dependsOn: [...IDS, 'nap'], handler: () => 2 },
          { id: 'breaks', dependsOn: ['nap'], handler: fails },
        ]);
      const mortal = mortalStore(store);
      const first = clock();
      void run(tasks(), undefined, { id: 'r', clock: first, store: mortal.store, telemetry });
      await first.advance(500);
      await mortal.die();
      const known = IDS.map(idOf);
      const named = new Set<string | undefined>();
      for await (const event of readLog(store, 'r'))
        if ('task' in event && event.type !== 'task.log' && 'spanId' in event) named.add(event.spanId);
      expect(named).toEqual(new Set(telemetry === 'run' ? [] : known));
      endSpans(first.now());
      const second = clock();
      await second.passUntil(
        run(tasks(), undefined, { id: 'r', clock: second, store, telemetry: 'items' }).result,
      );
      expect(known.filter((id) => id !== undefined)).toHaveLength(telemetry === 'run' ? 0 : 4);
      const linked = telemetry === 'run' ? [] : known;
      expect(linksOf('workflow.task after')).toEqual([...linked, idOf('nap')]);
      expect(linksOf('workflow.compensate done')).toEqual(linked.slice(0, 1));
    },
  );

  test('is linked to by what begins anew in a retry', async () => {
    const store = createMemoryStore();
    let isBroken = true;
    const tasks = flowOf([
      { id: 'kept', handler: () => 1 },
      { id: 'broken', dependsOn: ['kept'], handler: () => (isBroken ? fails() : 2) },
      { id: 'last', dependsOn: ['kept', 'broken'], handler: () => 3 },
    ]);
    await run(tasks, undefined, { id: 'r', store });
    const [kept, broken] = ['kept', 'broken'].map(idOf);
    isBroken = false;
    expect((await retry(tasks, 'r', { store })).state).toBe('succeeded');
    expect([idOf('kept'), linksOf('workflow.task broken')]).toEqual([kept, [kept]]);
    expect(idOf('broken')).not.toBe(broken);
    expect(linksOf('workflow.task last')).toEqual([kept, idOf('broken')]);
  });

  test('names its span in no event where nobody traces it', async () => {
    otel.close();
    const events: RunEvent[] = [];
    await run(flowOf(ENDS), undefined, { observers: [(event) => void events.push(event)] });
    expect(events.filter((event) => 'spanId' in event)).toEqual([]);
    expect(events.filter(({ type }) => type.startsWith('task.') && type !== 'task.queued')).toHaveLength(4);
  });
});

describe('the span of a task', () => {
  const placeOf = (name: string): unknown[] => {
    const { attributes = {} } = otel.spans().find((span) => span.name === `workflow.task ${name}`) ?? {};
    return [attributes['code.file.path'], attributes['code.line.number'], attributes['code.function.name']];
  };
  const source = readFileSync(new URL(import.meta.url), 'utf8').split('\n');
  const lineOf = (text: string): number => source.findIndex((line) => line.includes(text)) + 1;

  test('says where the task was added to its workflow, and what its handler is called', async () => {
    const file: unknown = expect.stringMatching(/[/\\]run-spans\.test\.ts$/);
    const part = fragment()
      .addTask('of_fragment')
      .run(() => 1)
      .exports('of_fragment');
    const byReference = graph()
      .addTask('by_reference')
      .run(() => 1);
    function load(): number {
      return 1;
    }
    const flow = workflow('places')
      .use(part)
      .addTask('chained')
      .retry({ attempts: 2 })
      .run(load)
      .addTasks(byReference);
    await run(flow, undefined, { clock: clock() });
    expect(placeOf('of_fragment')).toEqual([file, lineOf("addTask('of_fragment')"), undefined]);
    expect(placeOf('by_reference')).toEqual([file, lineOf("addTask('by_reference')"), undefined]);
    expect(placeOf('chained')).toEqual([file, lineOf("addTask('chained')"), 'load']);
    expect(JSON.stringify(toJSON(flow))).not.toContain('run-spans');
  });

  test('misses an SLA in the run where it has not begun', async () => {
    const { tree } = await traced((time) => [
      { id: 'a', handler: () => time.sleep(100) },
      { id: 'b', dependsOn: ['a'], sla: 50, handler: () => time.sleep(10) },
    ]);
    expect(tree).toEqual([
      'workflow.run w 110ms success <workflow.task.sla_missed>',
      '  workflow.start w 0ms',
      '  workflow.task a 100ms succeeded',
      '  workflow.task b 10ms succeeded links=1',
    ]);
  });

  test('says how long it was queued, of a fanned-out task too', async () => {
    await traced(
      (time) => [
        { id: 'first', priority: 1, handler: () => time.sleep(500) },
        { id: 'fan', fanOut: { kind: 'each', select: () => ['x'] }, handler: () => time.sleep(10) },
      ],
      { concurrency: 1 },
    );
    const fan = otel.spans().find(({ name }) => name === 'workflow.task fan');
    expect(fan?.attributes['workflow.task.queue.duration']).toBe(0.5);
  });

  test('never has a secret, whatever becomes of it', async () => {
    const token = 'tok-7f3a9c21-very-secret';
    const flow = workflow('secretive')
      .addTask('call')
      .secrets('API_TOKEN')
      .retry({ attempts: 2, delay: 0 })
      .run((_, { secrets }) => {
        throw new Error(`401 for ${secrets.API_TOKEN}`, { cause: secrets.API_TOKEN });
      });
    const handle = run(flow, undefined, { clock: clock(), secrets: () => ({ API_TOKEN: token }) });
    await handle.cancel(`not with ${token}`);
    await run(flow, undefined, { secrets: () => ({ API_TOKEN: token }) });
    const all = otel
      .spans()
      .map(({ name, attributes, events, status }) => JSON.stringify([name, attributes, events, status]))
      .join('\n');
    expect(all).toContain('401 for');
    expect(all).not.toContain(token);
  });
});
