import type { Handler, TaskContext } from '@wf-sdk/core';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import type { Pace } from '../clock/pace.ts';
import { runAs, Work } from '../clock/work.ts';
import { isTimed, type Timed } from './after.ts';
import { type FailurePlan, failureOf } from './failures.ts';
import { isGate } from './gate.ts';
import type { Interleaving } from './interleaving.ts';

/** What calls of a test run's handlers go through. */
export interface AttemptKit {
  readonly clock: VirtualClock;
  readonly pace: Pace;
  readonly interleaving: Interleaving | undefined;
}

/** A handler whose attempts fail as they were told to, and over whose work time does not pass. */
export function testedHandler(handler: Handler, failures: FailurePlan | undefined, kit: AttemptKit): Handler {
  const call = (data: never, context: TaskContext): unknown => {
    const failure = failureOf(failures, { attempt: context.attempt, item: itemOf(data) });
    if (failure instanceof Error) throw failure;
    return failure === undefined ? watched(handler, data, context, kit) : untilStopped(context);
  };
  const { interleaving } = kit;
  if (interleaving === undefined) return call;
  return (data, context) => interleaving.deliver(() => call(data, context), context.signal);
}

/** What stands for a handler: a function of the same data, a gate, something that takes its time, or a value. */
export function stubHandler(stub: unknown, kit: AttemptKit): Handler {
  if (typeof stub === 'function') return stub as Handler;
  if (isGate(stub)) return () => stub.pass();
  if (isTimed(stub)) return (data, context) => timed(stub, data, context, kit.clock);
  return () => stub;
}

function watched(handler: Handler, data: never, context: TaskContext, { pace }: AttemptKit): unknown {
  const work = new Work(pace, context);
  const made = runAs(work, () => handler(data, context));
  if (!isPromiseLike(made)) return made;
  pace.begin(work);
  const settled = Promise.resolve(made);
  const end = (): void => pace.end(work);
  settled.then(end, end);
  return settled;
}

/** It ends when it is told to: by the run, or, where it hangs for longer than it may, by its task. */
export function untilStopped({ signal }: TaskContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

async function timed(
  { '~after': ms, output }: Timed<unknown>,
  data: never,
  context: TaskContext,
  clock: VirtualClock,
): Promise<unknown> {
  await clock.sleep(ms, { signal: context.signal });
  return typeof output === 'function' ? (output as Handler)(data, context) : output;
}

function itemOf(data: unknown): number | undefined {
  const { index } = (data ?? {}) as { readonly index?: number };
  return index;
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}
