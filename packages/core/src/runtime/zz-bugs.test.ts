import { expect, test } from 'vitest';
import { drive, fails, flowOf, lines, statesOf, VirtualClock, gate } from '/work/main/packages/core/test/kit.ts';
import { pool } from '/work/main/packages/core/src/admit/pool.ts';
import { poolsOf } from '/work/main/packages/core/src/admit/pool-set.ts';

test('source throws sync', async () => {
  const d = drive(flowOf([{ id: 'a', fanOut: { kind: 'each', select: function* () { yield 1; throw new Error('src'); } }, handler: () => 1 }]));
  const r = await d.end();
  expect(lines(d.events).filter((l) => / a$/.test(l))).toEqual(['task.queued a', 'item.succeeded a', 'task.failed a']);
  expect(statesOf(r)).toEqual({ a: 'failed' });
});
test('two items exhaust retries at once', async () => {
  let live = 0, most = 0;
  const d = drive(flowOf([
    { id: 'a', priority: 5, fanOut: { kind: 'each', select: () => [1, 2] }, retry: { attempts: 2, delay: 5 }, handler: fails },
    ...[1,2,3,4,5].map((n) => ({ id: `b${n}`, dependsOn: ['a'], triggerRule: 'all_done' as const, handler: async () => { most = Math.max(most, ++live); await d.clock.sleep(10); live--; } })),
  ]), { concurrency: 2 });
  await d.end();
  expect(most).toBe(2);
});
test('pool handed over inside step', async () => {
  const p = pool('p', { slots: 1 });
  const d = drive(flowOf(['a', 'b', 'c'].map((id) => ({ id, pools: [{ pool: p }], handler: () => d.clock.sleep(5) }))));
  await d.end();
  const l = lines(d.events);
  expect(l.indexOf('attempt.started b#1')).toBeGreaterThan(l.indexOf('task.succeeded a'));
});
test('pool cancel', async () => {
  const p = pool('p', { slots: 1 });
  const d = drive(flowOf(['a', 'b', 'c'].map((id) => ({ id, pools: [{ pool: p }], handler: (_: never, c: any) => d.clock.sleep(5) }))), { gracePeriod: 1 });
  await d.clock.settle();
  void d.handle.cancel('x', { force: true });
  await d.end();
  const l = lines(d.events);
  expect(l.slice(l.indexOf('run.cancelling')).filter((x) => /started/.test(x))).toEqual([]);
  expect(poolsOf(d.clock).status()).toMatchObject([{ used: 0, waiting: 0 }]);
});
test('pool + recover retry', async () => {
  const p = pool('p', { slots: 1 });
  const d = drive(flowOf([{ id: 'a', pools: [{ pool: p }], handler: (_: never, c: any) => { if (c.attempt === 1) throw new Error('x'); return 1; }, recover: [{ match: { kind: 'predicate', test: () => true }, action: { type: 'retry' } }] }]));
  expect(statesOf(await d.end())).toEqual({ a: 'succeeded' });
});
test('pool + escalate', async () => {
  const p = pool('p', { slots: 1 });
  const d = drive(flowOf([{ id: 'a', priority: 1, pools: [{ pool: p }], handler: fails, recover: [{ match: { kind: 'predicate', test: () => true }, action: { type: 'escalate' } }] },
   { id: 'b', pools: [{ pool: p }], handler: () => d.clock.sleep(5) }]));
  await d.clock.advance(100);
  expect(lines(d.events)).toContain('task.succeeded b');
  d.handle.skip('a');
  await d.end();
});
test('pool key throws in item', async () => {
  const p = pool('p', { slots: 1 });
  const d = drive(flowOf([{ id: 'a', pools: [{ pool: p, key: () => { throw new Error('key') } }], fanOut: { kind: 'each', select: () => [1, 2] }, handler: () => 1 }]));
  expect(statesOf(await d.end())).toEqual({ a: 'failed' });
  expect(lines(d.events).filter((l) => / a$/.test(l))).toEqual(['task.queued a', 'task.failed a']);
});
test('pool conflict', async () => {
  const clock = new VirtualClock();
  const g = gate();
  const d1 = drive(flowOf([{ id: 'a', pools: [{ pool: pool('p', { slots: 1 }) }], handler: () => g.promise }]), { clock });
  await clock.settle();
  const d2 = drive(flowOf([{ id: 'a', pools: [{ pool: pool('p', { slots: 2 }) }], handler: () => 1 }]), { clock });
  expect((await d2.end()).state).toBe('failed');
  g.open();
  await d1.end();
});
test('condition that cancels', async () => {
  const d = drive(flowOf([{ id: 'a', conditions: [() => { void d.handle.cancel(); return false; }], handler: () => 1 }]));
  expect(statesOf(await d.end())).toEqual({ a: 'cancelled' });
  expect(lines(d.events).filter((l) => / a$/.test(l))).toEqual(['task.cancelled a']);
});
test('key that cancels', async () => {
  const p = pool('p', { slots: 1 });
  const d = drive(flowOf([{ id: 'a', pools: [{ pool: p, key: () => { void d.handle.cancel(); return 'k' } }], handler: () => 1 }]));
  expect(statesOf(await d.end())).toEqual({ a: 'cancelled' });
  expect(poolsOf(d.clock).status()).toMatchObject([{ used: 0, waiting: 0 }]);
});
test('sleep that cancels', async () => {
  const d = drive(flowOf([{ id: 'a', sleep: () => { void d.handle.cancel(); return 5 } }]));
  expect(statesOf(await d.end())).toEqual({ a: 'cancelled' });
  expect(d.clock.armed).toBe(0);
});
test('fallback that force-cancels', async () => {
  const d = drive(flowOf([{ id: 'a', handler: fails, fallback: { kind: 'function', make: () => { void d.handle.cancel('x', { force: true }); return 5 } } }, { id: 'b', dependsOn: ['a'], compensate: { undo: () => 1 }, handler: () => 1 }]));
  expect(statesOf(await d.end())).toEqual({ a: 'cancelled', b: 'cancelled' });
  expect(lines(d.events).filter((l) => / a$/.test(l))).toEqual(['task.queued a', 'task.cancelled a']);
});
test('force from observer compensates nothing', async () => {
  const undone: unknown[] = [];
  const d = drive(flowOf([{ id: 'a', handler: () => 1, compensate: { undo: () => undone.push(1) } }, { id: 'b', dependsOn: ['a'], handler: () => d.clock.sleep(5) }]), { observers: [(e) => { if (e.type === 'attempt.started' && e.task === 'b') void d.handle.cancel('x', { force: true }); }] });
  await d.end();
  expect(undone).toEqual([]);
});
test('force during compensation pause from observer', async () => {
  const d = drive(flowOf([{ id: 'a', handler: () => 1, compensate: { undo: fails, retry: { attempts: 3, delay: '1h' } } }, { id: 'b', dependsOn: ['a'], handler: fails }]), { observers: [(e) => { if (e.type === 'compensation.failed') void d.handle.cancel('x', { force: true }); }] });
  await d.end();
  expect(d.clock.passed).toBe(0);
});
