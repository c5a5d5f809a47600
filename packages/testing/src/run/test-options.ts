import type { AnyTask, Duration, RunEvent, RunOptions, TaskContext } from '@wf-sdk/core';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import type { Failure, FailureSequence } from './failures.ts';
import type { Signals } from './signals.ts';
import type { Failures, Named, Stubs } from './stub-types.ts';

/** What a person is made to decide about a task that waits for it. */
export type TestDecision<Out> =
  | { readonly approve: Out }
  | { readonly fail: Error }
  | 'retry'
  | 'skip'
  | 'fail';

/** By task: what is decided each time it waits, or the first time, the second time and so on. */
export type Decisions<T extends AnyTask> = {
  readonly [Id in T['id']]?: TestDecision<OutOf<T, Id>> | readonly TestDecision<OutOf<T, Id>>[];
};

/** By task: what is called instead of its undo function, or how that fails. */
export type Compensations<T extends AnyTask> = {
  readonly [Id in T['id']]?:
    | ((output: OutOf<T, Id>, data: never, context: TaskContext) => unknown)
    | Failure
    | FailureSequence;
};

/** By task: what its conditions say instead of being asked. */
export type Conditions<T extends AnyTask> = {
  readonly [Id in T['id']]?: boolean | (() => boolean);
};

type OutOf<T extends AnyTask, Id> = Named<T, Id>['out'];

/** What is to be told of a run: all that is given here is the same in the event. */
export interface EventMatch<Id extends string = string> {
  readonly type: RunEvent['type'];
  readonly task?: Id;
  readonly attempt?: number;
  readonly item?: number;
}

/** What of a run's options a test run takes as they are. */
type RunAs = Pick<
  RunOptions,
  | 'id'
  | 'concurrency'
  | 'timeout'
  | 'gracePeriod'
  | 'signal'
  | 'observers'
  | 'mode'
  | 'onFailure'
  | 'resources'
  | 'dispatcher'
  | 'module'
  | 'maxDepth'
>;

/** How a workflow is run in a test. Isolated tasks run on this thread, unless a `dispatcher` is given. */
export interface TestSettings<T extends AnyTask, Input = unknown> extends RunAs {
  /**
   * What stands for tasks' handlers, by ID: an output, a function of the handler's data, a gate, or `after()`. In a
   * fanned-out task a function stands for the handler of each item, anything else for the task as a whole.
   */
  readonly stubs?: Stubs<Input, T>;
  /** Which attempts fail, and how, by task. */
  readonly failures?: Failures<T>;
  /** What a person decides about tasks that wait for it. @default the test decides, by the run's own methods */
  readonly decisions?: Decisions<T>;
  /**
   * What is sent to tasks that wait for a signal, by the signal's name: a payload, several in order, a function of the task that
   * waits, or either `after()` some time. @default the test sends it, by the run's own method
   */
  readonly signals?: Signals;
  /** What `.when()` says, by task. @default its functions are asked */
  readonly conditions?: Conditions<T>;
  /** Cancels the run as soon as this is told of it: `{ type: 'attempt.started', task: 'load' }`. @default it is not cancelled */
  readonly cancelOn?: EventMatch<T['id']>;
  /** What stands for undo functions. Those of stubbed tasks do nothing. */
  readonly compensations?: Compensations<T>;
  /** What becomes of a task that has a handler of its own and no stub: `error` rejects the run. @default 'run' */
  readonly onUnstubbed?: 'run' | 'error';
  /**
   * The values of secrets that tasks need, by name. All have to be there, except for those that only stubbed tasks need. The
   * environment is not read. @default none
   */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The time it runs in: runs that share it share breakers and pools as well. @default a clock of its own */
  readonly clock?: VirtualClock;
  /** Time passes by itself as soon as there is nothing else to do. @default true */
  readonly autoAdvance?: boolean;
  /**
   * How long, in real time, a handler may be at work with nothing happening before it is taken to wait for time. Then time
   * passes; or, if nothing waits for that, the run is given up. Belongs to the clock where one is given. @default '2s'
   */
  readonly patience?: Duration;
  /**
   * Decides chance: jitter, and which of the attempts that could go on next does. The same seed gives the same run.
   * @default none: jitter is at its middle, and attempts end in the order in which they can
   */
  readonly seed?: number;
}

/** What is to be run: with an input, or as a structure that needs none. */
export type TestOptions<In, T extends AnyTask, Input = unknown> =
  | (TestSettings<T, Input> & InputOption<In> & { readonly stubAll?: false })
  | (TestSettings<T, Input> & {
      readonly input?: In;
      /**
       * Runs the structure only: tasks without a stub give nothing, or the first label that a branch asks for, and what would be
       * made from that is not asked. Conditions say yes; the workflow has no output.
       */
      readonly stubAll: true;
    });

type InputOption<In> = undefined extends In ? { readonly input?: In } : { readonly input: In };
