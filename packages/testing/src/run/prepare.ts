import { compile, isWorkflow, OptionError, type Plan, type RunOptions, type Workflow } from '@wf-sdk/core';
import { paceOf, VirtualClock } from '../clock/virtual-clock.ts';
import { checkOptions } from './check-options.ts';
import { filledIn } from './fill-in.ts';
import { instrument } from './instrument.ts';
import { Interleaving } from './interleaving.ts';
import type { LooseOptions } from './loose-options.ts';
import { seededRandom } from './random.ts';
import { testedDispatcher } from './tested-dispatcher.ts';
import { TestKitError } from './test-kit-error.ts';

/** A workflow that was made ready for a test. */
export interface Prepared {
  readonly workflow: Workflow;
  readonly plan: Plan;
  readonly clock: VirtualClock;
  readonly options: RunOptions & { readonly id: string };
}

let runs = 0;

/**
 * @param refuse Is told of a task without a stub that may not run.
 * @throws TestKitError, OptionError, DefinitionError
 */
export function prepare(workflow: unknown, options: LooseOptions, refuse: (task: string) => void): Prepared {
  if (!isWorkflow(workflow))
    throw new TestKitError(`testRun() runs a workflow, such as workflow('etl').addTask(…).run(…) gives`);
  checkOptions(compile(workflow), options);
  const clock = clockOf(options);
  const { seed, stubs = {}, failures = {}, conditions = {}, compensations = {}, secrets = {} } = options;
  const mode = options.mode ?? (options.dispatcher === undefined ? 'parallel' : 'hybrid');
  const random = seed === undefined ? () => 0.5 : seededRandom(seed);
  const pace = paceOf(clock);
  const interleaving = seed === undefined ? undefined : new Interleaving(pace, seededRandom(seed + 1));
  const { definition } = workflow;
  const isFilledIn = options.stubAll === true;
  const kit = { clock, pace, interleaving };
  const instrumented = {
    definition: instrument(isFilledIn ? filledIn(definition, stubs, 'input' in options) : definition, {
      stubs,
      failures,
      conditions,
      compensations,
      secrets,
      isolates: mode !== 'parallel' && options.dispatcher !== undefined,
      measures: options.resources !== undefined,
      kit,
      refuse: options.onUnstubbed === 'error' && !isFilledIn ? refuse : undefined,
    }),
  };
  return {
    workflow: instrumented,
    plan: compile(instrumented),
    clock,
    options: {
      ...runOptions(options),
      ...(options.dispatcher !== undefined && {
        dispatcher: testedDispatcher(options.dispatcher, failures, kit),
      }),
      id: options.id ?? `test-${++runs}`,
      mode,
      clock,
      random,
      secrets: () => secrets,
    },
  };
}

/** @throws OptionError */
function clockOf({ clock, patience }: LooseOptions): VirtualClock {
  if (clock === undefined) return new VirtualClock(patience === undefined ? {} : { patience });
  if (!(clock instanceof VirtualClock)) throw new OptionError('clock', 'a VirtualClock', clock);
  if (patience !== undefined)
    throw new OptionError(
      'patience',
      'left out where a clock is given: new VirtualClock({ patience })',
      patience,
    );
  return clock;
}

/** What a run takes as it is. */
function runOptions(options: LooseOptions): RunOptions {
  const { concurrency, timeout, gracePeriod, signal, onFailure, resources, maxDepth, module } = options;
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(timeout !== undefined && { timeout }),
    ...(gracePeriod !== undefined && { gracePeriod }),
    ...(signal !== undefined && { signal }),
    ...(onFailure !== undefined && { onFailure }),
    ...(resources !== undefined && { resources }),
    ...(maxDepth !== undefined && { maxDepth }),
    ...(module !== undefined && { module }),
  };
}
