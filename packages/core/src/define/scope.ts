import type { FailurePolicy, OnFailure } from '../model/definition.ts';
import type { Schema } from '../model/schema.ts';
import type { Facts, Fresh } from './facts.ts';

/** What a run takes and what handlers read as `input`: they differ under a schema's defaults and transforms. */
export interface Scope {
  readonly kind: 'workflow' | 'fragment';
  readonly accepts: unknown;
  readonly input: unknown;
  /** What is true of a task before anything was said of it. */
  readonly facts: Facts;
}

/** The scope of a workflow: what its run takes, and what its handlers read as `input` once the schema has seen it. */
export interface WorkflowScope<In, Input> extends Scope {
  readonly kind: 'workflow';
  readonly accepts: In;
  readonly input: Input;
  readonly facts: Fresh;
}

/** The scope of a workflow whose leaves decide whether a run failed: any task may have failed in one that succeeded. */
export interface LeavesScope<In, Input> extends Scope {
  readonly kind: 'workflow';
  readonly accepts: In;
  readonly input: Input;
  readonly facts: Fresh<'failed'>;
}

/** The scope under a failure policy. */
export interface ScopeUnder<In, Input> {
  readonly any: WorkflowScope<In, Input>;
  readonly leaves: LeavesScope<In, Input>;
}

export interface WorkflowOptions<In, Input, Policy extends FailurePolicy = FailurePolicy> {
  /** Changes when the workflow does, as semantic versioning says. @default '0.0.0' */
  readonly version?: string;
  /** One line on what the workflow is for. */
  readonly description?: string;
  /** Checks the run's input and gives it its type; zod 4, or any other Standard Schema. @default no input */
  readonly input?: Schema<In, Input>;
  /** After a task failed: independent tasks go on, or whatever runs is cancelled. @default 'continue' */
  readonly onFailure?: OnFailure;
  /**
   * Which failures fail the run: `any` that nothing handled, or only those that reach a task on which nothing depends
   * (`leaves`). Under `leaves` any output may be missing from a run that succeeded. @default 'any'
   */
  readonly failurePolicy?: Policy;
  /**
   * How many of its runs may be active at once, from 1: those that have started and have not ended. A run that is begun beyond
   * that waits for its turn. In a store it holds for all processes that share the store, else for this process.
   * @default no limit
   */
  readonly maxActiveRuns?: number;
  /** The module that exports the workflow, `import.meta.url`: isolated tasks are loaded from it. */
  readonly module?: string;
}
