import type { TaskContext } from '@wf-sdk/core';
import { expect, test, vi } from 'vitest';
import { environmentOf } from './environment.ts';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** The context of an attempt with a span that has this state of the trace. */
function contextOf(traceparent: string | undefined, state?: string): TaskContext {
  const traceState = state === undefined ? undefined : { serialize: () => state };
  const span = { spanContext: () => ({ traceState }) };
  const names = { run: { id: 'r' }, task: { id: 't' }, attempt: 2, idempotencyKey: 'r/t/0' };
  return { ...names, traceparent, span } as unknown as TaskContext;
}

test('what the process has gives way to what is known of the attempt, and that to what the task says', () => {
  vi.stubEnv('TRACESTATE', 'a=1');
  vi.stubEnv('WF_ATTEMPT', '7');
  vi.stubEnv('OURS', 'process');
  const of = (context: TaskContext, ...env: readonly Record<string, string | undefined>[]) =>
    environmentOf(context, env[0], env[1]);
  expect(of(contextOf(TRACEPARENT, 'b=2'), { OURS: 'task', A: 'task' }, { A: 'call' })).toMatchObject({
    WF_RUN_ID: 'r',
    WF_TASK_ID: 't',
    WF_ATTEMPT: '2',
    WF_IDEMPOTENCY_KEY: 'r/t/0',
    TRACEPARENT,
    TRACESTATE: 'b=2',
    OURS: 'task',
    A: 'call',
  });
  expect(of(contextOf(TRACEPARENT))).not.toHaveProperty('TRACESTATE');
  expect(of(contextOf(undefined, 'b=2'))).not.toHaveProperty('TRACESTATE');
  expect(of(contextOf(undefined), { OURS: undefined })).not.toHaveProperty('OURS');
  expect(of(contextOf(undefined), { TRACEPARENT })).toMatchObject({ TRACEPARENT });
  vi.unstubAllEnvs();
});
