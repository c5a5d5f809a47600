import { run, type RunEvent, type RunHandle, type RunResult } from '@wf-sdk/core';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { breaker } from './breaker.ts';
import { recordCached } from './cached.ts';
import { cancelled, forced } from './cancelled.ts';
import { childRuns } from './child-runs.ts';
import { choices } from './choices.ts';
import { decisions } from './decisions.ts';
import { fanOuts, failedFanOut } from './fan-outs.ts';
import { recoveries } from './recoveries.ts';
import { refusedInput } from './refused-input.ts';
import { retries } from './retries.ts';
import { recordResumed } from './resumed.ts';
import { recordRetried } from './retried.ts';
import type { Sample, SampleRun } from './sample.ts';
import { signals } from './signals.ts';
import { recordPending, turns } from './turns.ts';
import { tooLate, undone } from './undone.ts';
import { values } from './values.ts';

const SAMPLES: readonly Sample[] = [
  retries,
  values,
  fanOuts,
  failedFanOut,
  choices,
  recoveries,
  decisions,
  signals,
  breaker,
  childRuns,
  turns,
  undone,
  tooLate,
  cancelled,
  forced,
  refusedInput,
];

/**
 * The events of real runs, made in virtual time: between them they have every type of event, every state, and values
 * that are hard to show. For the tests of whatever reads events. Each call makes them anew; they are alike each time.
 */
export function sampleRuns(): Promise<readonly SampleRun[]> {
  return Promise.all([
    ...SAMPLES.map(record),
    recordResumed(),
    recordRetried(),
    recordCached(),
    recordPending(),
  ]);
}

async function record(sample: Sample): Promise<SampleRun> {
  const { name, shows, input, options, react } = sample;
  const clock = new VirtualClock();
  const workflow = sample.workflow(clock);
  const events: RunEvent[] = [];
  const id = `sample-${name}`;
  const observe = (event: RunEvent): void => {
    events.push(event);
    react?.(event, handle);
  };
  const handle: RunHandle<RunResult> = run(workflow, input, {
    ...options,
    id,
    clock,
    random: () => 0.5,
    observers: [observe],
  });
  await clock.passUntil(handle.result);
  return { name, shows, run: id, workflow, events };
}
