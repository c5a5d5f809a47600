import { expect, test } from 'vitest';
import { openThreads, pipeline } from '../../test/threads/harness.ts';

const { dispatch } = await openThreads({ threads: 1 });
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

test('spans made on a thread are children of the attempt, which is on another one', async () => {
  const module = await pipeline('traced.ts');
  const trace = { traceparent: `00-${traceId}-${spanId}-01` };
  expect(await dispatch({ task: 'query', module, trace })).toEqual({
    traceparent: trace.traceparent,
    state: undefined,
    traceId,
    spanId,
    recording: false,
    parent: { traceId, spanId, traceFlags: 1, isRemote: true },
  });
  const more = { ...trace, tracestate: 'vendor=t61rcWkgMzE,other=1' };
  expect(await dispatch({ task: 'query', module, trace: more })).toMatchObject({ state: more.tracestate });
  expect(await dispatch({ task: 'query', module })).toMatchObject({
    traceparent: undefined,
    state: undefined,
    traceId: '0'.repeat(32),
  });
});
