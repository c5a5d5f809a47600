import type { Plan, RunHandle, RunResult } from '@wf-sdk/core';
import { failureOf } from './failures.ts';
import { isGate } from './gate.ts';
import type { LooseOptions } from './loose-options.ts';
import type { States } from './states.ts';
import { TestKitError } from './test-kit-error.ts';

/** What is known of a run in which nothing happens any more. */
export interface StuckRun {
  readonly plan: Plan;
  readonly states: States;
  readonly handle: RunHandle<RunResult>;
  readonly options: LooseOptions;
  readonly elapsedMs: number;
  readonly patienceMs: number;
  /** When the next timer is due, where time does not pass by itself. */
  readonly timerInMs: number | undefined;
}

/** A run that waits for ever, and which of its tasks waits for what. */
export function stuckError(run: StuckRun): TestKitError {
  const { plan, states, elapsedMs, timerInMs } = run;
  const width = Math.max(...plan.tasks.map(({ id }) => id.length));
  const lines = states.open(plan).map((id) => `  ${id.padEnd(width)}  ${whyOpen(id, run)}`);
  const time =
    timerInMs === undefined
      ? []
      : [
          `Time does not pass by itself (autoAdvance: false): the next timer is due in ${timerInMs} ms. Call clock.advance().`,
        ];
  return new TestKitError(
    [
      `the run of '${plan.id}' waits for ever, at ${elapsedMs} ms of virtual time:`,
      ...(lines.length > 0 ? lines : ['  its tasks have ended, but its undo functions have not']),
      ...time,
    ].join('\n'),
  );
}

function whyOpen(id: string, run: StuckRun): string {
  const { plan, states } = run;
  const { state, attempts, waitsFor, signal, message } = states.of(id);
  switch (state) {
    case 'pending': {
      const task = plan.tasks[plan.indexOf.get(id) ?? -1];
      const open = new Set(states.open(plan));
      const before = Array.from(task?.dependsOn ?? [], (index) => plan.tasks[index]?.id ?? '');
      const waits = before.filter((dependency) => open.has(dependency));
      return waits.length === 0 ? 'waits for its condition' : `waits for ${waits.join(', ')}`;
    }
    case 'queued':
      return 'is queued: it waits for a slot, of the run or of a pool';
    case 'running':
      return whyRunning(id, attempts, run);
    case 'waiting':
      if (waitsFor === 'signal')
        return `waits for signal '${signal ?? ''}': give \`signals\`, or call signal('${signal ?? ''}', …)`;
      if (waitsFor !== 'approval') return `waits for its ${waitsFor ?? 'turn'}`;
      return `waits for a decision${message === undefined ? '' : ` (${message})`}: give \`decisions\`, or call approve(), retry(), skip() or fail()`;
    case 'retrying':
      return `waits between two attempts (${attempts} made)`;
    case 'succeeded':
    case 'failed':
    case 'upstream_failed':
    case 'skipped':
    case 'cancelled':
      return `is ${state}`;
  }
}

function whyRunning(id: string, attempts: number, { handle, options, patienceMs }: StuckRun): string {
  const child = handle.children.find((run) => run.id.startsWith(`${handle.id}~${id}`));
  const waiting = child?.waiting.map(({ task }) => task).join(', ') ?? '';
  if (waiting !== '') return `runs a workflow in which ${waiting} waits for a decision`;
  const failure = failureOf(options.failures?.[id], { attempt: attempts, item: undefined });
  if (failure === 'hang') return 'hangs, as `failures` says, and has no timeout that could end it';
  const stub = options.stubs?.[id];
  if (isGate(stub) && stub.waiting > 0) return 'is held by a gate that the test does not open';
  return `runs (attempt ${attempts}): its handler has not ended in ${patienceMs} ms of real time; if it does real work, give it more \`patience\``;
}
