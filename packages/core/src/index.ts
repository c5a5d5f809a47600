// Define
export { fragment, workflow } from './define/workflow.ts';
export { graph, type Graph, type TaskRef, type TaskRefBuilder } from './define/graph.ts';
export {
  task,
  type ReusableTask,
  type ReusableTaskOptions,
  type ReusableTaskPolicies,
} from './define/task.ts';
export { on, type Recovery, type RecoveryRuleOf } from './define/recover.ts';
export { isSkip, skip, type Skip } from './model/skip.ts';
export type { Flow, FragmentFlow, TaskBuilder } from './define/chain.ts';
export type { Facts, Fan, Fresh, OwnRule, Read, ReadsMore, Said, Undone, Unset } from './define/facts.ts';
export type { Fragment, FragmentScope } from './define/fragment.ts';
export type { TaskPolicies } from './define/policies.ts';
export type { DataOf, Reads } from './define/reads.ts';
export type { LeavesScope, Scope, WorkflowOptions, WorkflowScope } from './define/scope.ts';
export type { TaskSteps } from './define/steps.ts';
export type { AnyTask, Given, InputOf, Mark, Outputs, OutputsOf, Task, Workflow } from './define/types.ts';
export type { CacheOptions, CachePolicy } from './model/cache.ts';
export type { CompensateOptions, CompensationPolicies } from './model/compensation.ts';
export type {
  Branch,
  ChildWorkflow,
  FailurePolicy,
  Fallback,
  Handler,
  OnFailure,
  SleepLength,
  TaskDefinition,
  WorkflowDefinition,
} from './model/definition.ts';
export type { FanOut, FanOutOptions, FanOutSummary, Tolerance } from './model/fan-out.ts';
export type {
  Bytes,
  IsolateOptions,
  Pool,
  PoolDemand,
  PoolOptions,
  RateLimit,
  ResourceDemand,
} from './model/placement.ts';
export type {
  Backoff,
  BreakerOptions,
  BreakerState,
  Duration,
  Jitter,
  RetryOptions,
  RetryPolicy,
} from './model/policy.ts';
export type { ErrorMatch, RecoveryAction, RecoveryRetryOptions, RecoveryRule } from './model/recovery.ts';
export type { Schema } from './model/schema.ts';
export type { OnSignalTimeout, SignalOptions, SignalWait } from './model/signal.ts';
export type { Settled, SettledStatus } from './model/settled.ts';
export type { TriggerRule } from './model/trigger-rule.ts';

// Compile
export { compile, isWorkflow } from './compile/compile.ts';
export { literalsOf } from './compile/literals.ts';
export type { Diagnostic, DiagnosticCode, SchemaIssue } from './model/diagnostic.ts';
export type { Indices, Plan, PlannedTask, TaskIndex } from './model/plan.ts';

// Describe
export { criticalPath, leaves, parallelLevels, roots, topologicalOrder } from './describe/order.ts';
export { type Edge, edgesOf, factsOf } from './describe/facts.ts';
export { toDot } from './describe/dot.ts';
export { toJSON, type TaskJson, type WorkflowJson } from './describe/json.ts';
export { toMermaid } from './describe/mermaid.ts';
export { toText } from './describe/text.ts';
export { fromJSON } from './define/from-json.ts';
export type { Bindings, TaskBindings } from './define/bindings.ts';

// Run
export { resume, retry, type RetryRunOptions, run, runOrThrow, type RunArguments } from './run/run.ts';
export type { CancelOptions, RunHandle } from './run/control.ts';
export type { IfExists, IfFull, RunMode, RunOptions } from './run/options.ts';
export type { WaitingTask } from './runtime/rescues.ts';
export { pool } from './admit/pool.ts';
export { type PoolStatus, pools } from './admit/pool-set.ts';
export {
  createThreadDispatcher,
  type ThreadDispatcher,
  type ThreadDispatcherOptions,
} from './isolate/dispatcher.ts';
export { breakers, resetBreakers } from './execute/breakers.ts';
export { systemClock } from './execute/system.ts';
export { checkSecrets } from './run/secrets.ts';
export type { BreakerStatus } from './execute/breaker.ts';
export type { CompensationResult } from './model/compensation.ts';
export type { Log, LogFields, LogLevel, ParentTask, RunInfo, TaskContext } from './model/context.ts';
export {
  type AwaitedBreaker,
  EVENT_VERSION,
  type Decision,
  type RunEvent,
  type RunEventOf,
  type StandIn,
  type TakenSignal,
} from './model/event.ts';
export type { EventsOptions } from './record/event-stream.ts';
export { readEventLines } from './record/event-lines.ts';
export { toLogSink, type Logger, type LogSinkOptions, type OtelLogger } from './record/log-sink.ts';
export type { Clock, Dispatcher, DispatchObserver, DispatchRequest, Observer } from './model/ports.ts';
export type { CancelledRun, FailedRun, RunResult, SucceededRun, TaskResult } from './model/result.ts';
export type { SecretNeed, SecretsProvider, SecretValues } from './model/secret.ts';
export { toPlain } from './lib/plain.ts';
export { parseBytes } from './lib/bytes.ts';
export { parseDuration } from './lib/duration.ts';
export { didYouMean } from './lib/suggest.ts';
export type {
  Outcome,
  RunState,
  SkipReason,
  TaskState,
  TerminalTaskState,
  WaitReason,
} from './model/state.ts';

// Errors
export {
  BreakerOpenError,
  CancelledError,
  ConditionError,
  DeadlineError,
  DefinitionError,
  type ErrorCode,
  IsolationError,
  isWorkflowError,
  ItemFailedError,
  ItemsFailedError,
  NonRetryableError,
  NotWaitingError,
  OptionError,
  OutputSelectorError,
  QueueTimeoutError,
  RecursionError,
  RetryAfterError,
  RunCancelledError,
  RunFailedError,
  RunTimeoutError,
  StoreError,
  type StoreErrorCode,
  TaskFailedError,
  ThrownValueError,
  TimeoutError,
  ValidationError,
  WorkflowError,
} from './model/error.ts';
export { SignalRefusedError, SignalTimeoutError } from './model/signal-error.ts';
export { EventsLostError } from './model/event-error.ts';

export { SecretExposedError, SecretsError } from './model/secret-error.ts';
export { TooManyRunsError } from './model/turn-error.ts';

// Store
export { driverOf } from './read/driver.ts';
export { readLog } from './read/log.ts';
export { readStats, statsOf, type StatsQuery } from './read/stats.ts';
export type { Distribution } from './stats/distribution.ts';
export type { ErrorKind } from './model/error-kind.ts';
export { pathTaken, type TimedTask } from './stats/path-taken.ts';
export type { PathShare, RunCounts, TaskStats, WorkflowStats } from './stats/stats.ts';
export { keptTasks, type KeptTask } from './store/kept-tasks.ts';
export { readMessage, send, type SendOptions } from './run/messages.ts';
export type { RunMessage } from './model/message.ts';
export { OutputTooLargeError, UnreadableError, UnstorableError } from './model/codec-error.ts';
export {
  LeaseLostError,
  NothingToRetryError,
  RunActiveError,
  RunExistsError,
  RunNotEndedError,
  RunNotFoundError,
  RunNotKeptError,
  StructureChangedError,
} from './model/durable-error.ts';
export { createMemoryStore } from './store/memory.ts';
export type {
  Append,
  CacheEntry,
  Lease,
  LogEntry,
  Message,
  NewLogEntry,
  NewMessage,
  NewRun,
  RunQuery,
  RunSource,
  Store,
  StoredRun,
  StoredRunState,
} from './model/store.ts';

// Telemetry
export { endSpans } from './telemetry/load.ts';
export type { Measured, MetricOptions, TaskMetrics } from './model/metrics.ts';
export type { TelemetryDetail } from './model/tracing.ts';
