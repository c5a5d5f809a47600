import type { Dispatcher } from '@wf-sdk/core';
import { Work } from '../clock/work.ts';
import type { AttemptKit } from './attempts.ts';
import { type FailurePlan, failureOf } from './failures.ts';

/** A dispatcher over whose attempts time does not pass, and whose attempts fail as they were told to. */
export function testedDispatcher(
  dispatcher: Dispatcher,
  failures: Readonly<Record<string, FailurePlan | undefined>>,
  { pace }: AttemptKit,
): Dispatcher {
  const { slots } = dispatcher;
  return {
    ...(slots !== undefined && { slots }),
    dispatch: async (request, observer, signal) => {
      const { task, attempt, item } = request;
      const failure = failureOf(failures[task], { attempt, item });
      if (failure instanceof Error) throw failure;
      if (failure !== undefined) return new Promise((_resolve, reject) => stopped(signal, reject));
      const work = new Work(pace, { signal });
      pace.begin(work);
      try {
        return await dispatcher.dispatch(request, observer, signal);
      } finally {
        pace.end(work);
      }
    },
  };
}

function stopped(signal: AbortSignal, stop: (reason: unknown) => void): void {
  if (signal.aborted) stop(signal.reason);
  else signal.addEventListener('abort', () => stop(signal.reason), { once: true });
}
