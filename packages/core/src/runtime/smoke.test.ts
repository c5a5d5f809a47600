import { expect, test } from 'vitest';
import { VirtualClock, lines, recorder } from '../../test/kit.ts';
import { run } from '../index.ts';

const wf = (tasks: any[], extra: any = {}): any => ({
  definition: { id: 'w', version: '1.0.0', ...extra, tasks: tasks.map((t) => ({ dependsOn: [], ...t })) },
});
async function go(w: any, options: any = {}, act?: (h: any, clock: VirtualClock) => void) {
  const clock = new VirtualClock();
  const { events, observe } = recorder();
  const handle = run(w, undefined, { clock, observers: [observe], random: () => 0.5, ...options });
  act?.(handle, clock);
  const result: any = await clock.passUntil(handle);
  return { result, events, log: lines(events), clock };
}
const states = (r: any) => Object.fromEntries(Object.values(r.tasks).map((t: any) => [t.id, t.state + (t.reason ? ':' + t.reason : '')]));
const boom = () => { throw new Error('no'); };

test('branch', async () => {
  const { result, log } = await go(wf([
    { id: 'route', handler: () => 'a' },
    { id: 'a', dependsOn: ['route'], branches: [{ task: 'route', labels: ['a'] }], handler: () => 1 },
    { id: 'b', dependsOn: ['route'], branches: [{ task: 'route', labels: ['b'] }], handler: () => 2 },
    { id: 'join', dependsOn: ['a', 'b'], triggerRule: 'none_failed_min_one_success', handler: (d: any) => d },
  ]));
  console.log(states(result), result.outputs.join, log);
});
test('conditions and rules', async () => {
  const { result } = await go(wf([
    { id: 'x', handler: boom },
    { id: 'c', conditions: [async () => false], handler: () => 1 },
    { id: 'd', dependsOn: ['x', 'c'], triggerRule: 'all_done', handler: (d: any) => d },
    { id: 'e', dependsOn: ['x'], handler: () => 1 },
    { id: 'f', dependsOn: ['x'], triggerRule: 'one_failed', handler: (d: any) => d.x.status },
  ]));
  console.log(states(result), result.outputs, result.outcome);
});
test('run always in a cancelled run, teardown', async () => {
  const { result, log } = await go(wf([
    { id: 'create', handler: () => 'db' },
    { id: 'drop', teardownOf: 'create', handler: (d: any) => `dropped ${d.create}` },
    { id: 'use', dependsOn: ['create'], handler: (_: any, c: any) => new Promise((_r, reject) => c.signal.addEventListener('abort', () => reject(c.signal.reason))) },
    { id: 'bye', dependsOn: ['use'], runAlways: true, handler: (d: any) => d.use.status },
  ]), {}, (h, clock) => clock.setTimer(50, () => h.cancel('stop')));
  console.log(states(result), result.outputs, result.state, log);
});
test('fan-out', async () => {
  const { result, log } = await go(wf([
    { id: 'src', handler: () => [1, 2, 3, 4, 5] },
    { id: 'map', dependsOn: ['src'], fanOut: { kind: 'each', select: (d: any) => d.src, concurrency: 2 }, retry: { attempts: 2, delay: 10 }, handler: (d: any, c: any) => { if (d.item === 3 && c.attempt === 1) throw new Error('x'); return d.item * 10; } },
    { id: 'sum', dependsOn: ['map'], handler: (d: any) => d.map.reduce((a: number, b: number) => a + b) },
    { id: 'mx', fanOut: { kind: 'matrix', axes: { os: ['a', 'b'], n: [1, 2] }, join: 'allSettled' }, handler: (d: any) => { if (d.matrix.n === 2) throw new Error('two'); return d.matrix.os + d.index; } },
    { id: 'as', fanOut: { kind: 'each', select: async function* () { for (let i = 0; i < 4; i++) yield i; }, collect: false }, handler: async (d: any) => d.item },
    { id: 'bad', fanOut: { kind: 'each', select: () => [1, 2, 3], join: { tolerate: 1 } }, handler: async (d: any) => { if (d.item > 1) throw new Error('i' + d.item); } },
    { id: 'empty', fanOut: { kind: 'each', select: () => [] }, handler: async (d: any) => 1 },
  ]), { concurrency: 3 });
  console.log(states(result), JSON.stringify(result.outputs), result.tasks.map.items, result.tasks.bad.error?.message, log.join(' | '));
});
test('rescue', async () => {
  const { result, log, clock } = await go(wf([
    { id: 'fb', handler: boom, fallback: { kind: 'value', value: 7 } },
    { id: 'fn', handler: boom, fallback: { kind: 'function', make: async (e: Error) => e.message } },
    { id: 'rec', handler: (_: any, c: any) => { if (c.attempt < 3) throw new TypeError('t'); return c.attempt; }, recover: [{ match: { kind: 'class', type: TypeError }, action: { type: 'retry', delay: '5s', times: 2 } }] },
    { id: 'esc', handler: boom, recover: [{ match: { kind: 'predicate', test: () => true }, action: { type: 'escalate', message: 'look' } }] },
    { id: 'dep', dependsOn: ['esc'], handler: (d: any) => d.esc },
  ]), {}, (h, c) => c.setTimer(60_000, () => { console.log(h.waiting); h.approve('esc', 'fine'); }));
  console.log(states(result), result.outputs, log.join(' | '), clock.passed);
});
test('saga', async () => {
  const undone: string[] = [];
  const { result, log } = await go(wf([
    { id: 'a', handler: () => 'A', compensate: { undo: (o: any) => undone.push(o) } },
    { id: 'b', dependsOn: ['a'], handler: () => 'B', compensate: { undo: (o: any, d: any, c: any) => { undone.push(o + d.a + c.attempt + c.idempotencyKey); throw new Error('cannot'); }, retry: { attempts: 2, delay: '1s' } } },
    { id: 'c', dependsOn: ['b'], handler: boom },
  ]), { id: 'r' });
  console.log(undone, result.compensations, log.join(' | '));
});
test('child', async () => {
  const child = wf([{ id: 'x', handler: (d: any) => d.input * 2 }], { id: 'child', output: (o: any) => o.x });
  const self: any = wf([{ id: 'again', child: { workflow: () => self } }], { id: 'self' });
  const { result, log, events } = await go(wf([
    { id: 'n', handler: () => 21 },
    { id: 'run', dependsOn: ['n'], child: { workflow: child, input: (d: any) => d.n } },
    { id: 'loop', child: { workflow: self } },
  ]), { id: 'r' });
  console.log(states(result), result.outputs, result.error.message.slice(0, 500), log.slice(0, 12), events[5]);
});
test('sleep, sla, queue timeout, fail fast', async () => {
  const { result, log, clock } = await go(wf([
    { id: 's', sleep: '1h', sla: '30m' },
    { id: 'after', dependsOn: ['s'], handler: () => 1 },
    { id: 'slow', handler: (_: any) => new Promise(() => {}), timeout: '2h' },
    { id: 'q', queueTimeout: '1m', handler: () => 1, fallback: { kind: 'value', value: 0 } },
  ]), { concurrency: 1, onFailure: 'fail-fast' });
  console.log(states(result), result.state, result.outputs, log.join(' | '), clock.passed);
});
