// Run
export { testRun, testRunOrThrow, type ResultOf } from './run/test-run.ts';
export type { Happened, TestResult, TestRun } from './run/test-handle.ts';
export type {
  Compensations,
  Conditions,
  Decisions,
  EventMatch,
  TestDecision,
  TestOptions,
  TestSettings,
} from './run/test-options.ts';
export type { Signals, WaitingForSignal } from './run/signals.ts';
export type { Failures, StubHandler, StubOf, Stubs } from './run/stub-types.ts';
export { after, type Timed } from './run/after.ts';
export { gate, type Gate } from './run/gate.ts';
export type { Failure, FailurePlan, FailureSequence, FailingAttempt } from './run/failures.ts';
export { type Random, seededRandom } from './run/random.ts';
export { TestKitError } from './run/test-kit-error.ts';

// Time
export { VirtualClock, type VirtualClockOptions } from './clock/virtual-clock.ts';

// Stores
export { type MortalStore, mortalStore } from './store/mortal-store.ts';

// Conformance
export { checkConformance, type ConformanceReport } from './conformance/check-conformance.ts';
export { clockConformance } from './conformance/clock.ts';
export { type ClockSubject, inRealTime } from './conformance/clock-subject.ts';
export type { Conformance, ConformanceCase, ConformanceSubject } from './conformance/conformance.ts';
export { ConformanceError } from './conformance/conformance-error.ts';
export type { DispatcherSubject } from './conformance/dispatch.ts';
export { dispatchedWorkflow } from './conformance/dispatched.ts';
export { dispatcherConformance, isolationConformance } from './conformance/dispatcher.ts';
export { observerConformance, type ObserverSubject } from './conformance/observer.ts';
export { storeConformance } from './conformance/store.ts';
export type { StoreSubject } from './conformance/store-subject.ts';
export { sampleRuns } from './conformance/samples/sample-runs.ts';
export type { SampleRun } from './conformance/samples/sample.ts';

// Expect
export { expectStructure, type StructureAssertions, type StructureExpectation } from './expect/structure.ts';
export {
  expectResult,
  type OutputArguments,
  type ResultAssertions,
  type ResultExpectation,
  type TaskIdOf,
} from './expect/result.ts';
export type { ExpectedError } from './expect/errors.ts';
export type { ExpectedRun } from './expect/task-checks.ts';
export { matchers, type Matcher, type MatcherState } from './expect/matchers.ts';
export type { Verdict } from './expect/verdict.ts';

// Draw
export { drawGraph } from './draw/graph.ts';
export { drawRun } from './draw/run.ts';
export type { DrawOptions, Marks } from './draw/marks.ts';

// Explore
export { everyPath, type EveryPathOptions, type PathOf, type PathsReport } from './explore/every-path.ts';
export { explore, type ExploreOptions, type ExploreSettings } from './explore/explore.ts';
export type { ExploreReport } from './explore/exploration.ts';
export { InvariantError } from './explore/invariant-error.ts';
export type { Errors } from './explore/errors.ts';
export type { Fate } from './explore/path-choices.ts';
