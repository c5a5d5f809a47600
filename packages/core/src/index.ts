// Define
export { fragment, workflow } from './define/workflow.ts';
export type { Facts, Fresh, Unset } from './define/facts.ts';
export type { WorkflowOptions, WorkflowScope } from './define/scope.ts';
export { graph, type Graph, type TaskRef, type TaskRefBuilder } from './define/graph.ts';
export {
  task,
  type ReusableTask,
  type ReusableTaskOptions,
  type ReusableTaskPolicies,
} from './define/task.ts';
export type { Flow, FragmentFlow, TaskBuilder } from './define/chain.ts';
export type { Fragment, FragmentScope } from './define/fragment.ts';
export type { TaskPolicies } from './define/policies.ts';
export type { AnyTask, Given, InputOf, Mark, Outputs, OutputsOf, Task, Workflow } from './define/types.ts';
export type { Handler, TaskDefinition, WorkflowDefinition } from './model/definition.ts';
export type { Backoff, Duration, Jitter, RetryOptions, RetryPolicy } from './model/policy.ts';
export type { Schema } from './model/schema.ts';

// Compile
export { compile, isWorkflow } from './compile/compile.ts';
export type { Diagnostic, DiagnosticCode, SchemaIssue } from './model/diagnostic.ts';
export type { Indices, Plan, PlannedTask, TaskIndex } from './model/plan.ts';

// Describe
export { criticalPath, leaves, parallelLevels, roots, topologicalOrder } from './describe/order.ts';
export { toDot } from './describe/dot.ts';
export { toJSON, type TaskJson, type WorkflowJson } from './describe/json.ts';
export { toMermaid } from './describe/mermaid.ts';
export { toText } from './describe/text.ts';
export { type Bindings, fromJSON } from './define/from-json.ts';

// Run
export { run, runOrThrow, type RunArguments } from './run.ts';
export type { CancelOptions, RunHandle } from './run-handle.ts';
export type { RunOptions } from './run-options.ts';
export type { Log, LogFields, LogLevel, RunInfo, TaskContext } from './model/context.ts';
export type { RunEvent } from './model/event.ts';
export type { Clock, Observer } from './model/ports.ts';
export type { CancelledRun, FailedRun, RunResult, SucceededRun, TaskResult } from './model/result.ts';
export { toPlain } from './lib/plain.ts';
export type { Outcome, RunState, TaskState, TerminalTaskState } from './model/state.ts';

// Errors
export {
  CancelledError,
  DeadlineError,
  DefinitionError,
  type ErrorCode,
  isWorkflowError,
  NonRetryableError,
  OptionError,
  OutputSelectorError,
  RetryAfterError,
  RunCancelledError,
  RunFailedError,
  RunTimeoutError,
  TaskFailedError,
  ThrownValueError,
  TimeoutError,
  ValidationError,
  WorkflowError,
} from './model/error.ts';
