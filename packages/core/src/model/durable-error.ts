import { WorkflowError } from './error.ts';

/** Another process drives the run now: this one was taken for dead, and does nothing more of it. */
export class LeaseLostError extends WorkflowError {
  readonly code = 'lease_lost' as const;
  readonly run: string;

  constructor(run: string) {
    super(
      `run ${run} was taken over by another process, or its log was changed: this process does no more of it`,
    );
    this.run = run;
  }
}

/** The run is driven already, by this process or another. */
export class RunActiveError extends WorkflowError {
  readonly code = 'run_active' as const;
  readonly run: string;
  readonly owner: string;

  constructor(run: string, owner: string) {
    super(`run ${run} is being run by ${owner}: wait until it ends, or cancel it`);
    this.run = run;
    this.owner = owner;
  }
}

/** The store has a run of this ID already, and was not to go on with it. */
export class RunExistsError extends WorkflowError {
  readonly code = 'run_exists' as const;
  readonly run: string;

  constructor(run: string, state: string) {
    super(
      `the store has a run ${run} already (${state}): give this one another ID, or say what becomes of that one (ifExists, or --if-exists)`,
    );
    this.run = run;
  }
}

/** Only a run that has ended can be retried: one that has not goes on where it was left. */
export class RunNotEndedError extends WorkflowError {
  readonly code = 'run_not_ended' as const;
  readonly run: string;

  constructor(run: string) {
    super(`run ${run} has not ended, and cannot be retried yet: resume it first`);
    this.run = run;
  }
}

/** The run succeeded: there is nothing that went wrong in it. */
export class NothingToRetryError extends WorkflowError {
  readonly code = 'nothing_to_retry' as const;
  readonly run: string;

  constructor(run: string) {
    super(
      `run ${run} succeeded, there is nothing to retry: name the task from which it is to run again (from, or --from)`,
    );
    this.run = run;
  }
}

/** The store has no run of this ID. */
export class RunNotFoundError extends WorkflowError {
  readonly code = 'run_not_found' as const;
  readonly run: string;

  constructor(run: string) {
    super(`the store has no run ${run}`);
    this.run = run;
  }
}

/** A run can go on only under the structure it was begun with, where its tasks have begun: what has changed since. */
export class StructureChangedError extends WorkflowError {
  readonly code = 'structure_changed' as const;
  readonly run: string;
  /** One line for each task that was added, removed or changed; where changes are allowed, for those that have begun. */
  readonly changes: readonly string[];

  /** @param advice What to do, where something can be done. */
  constructor(run: string, workflow: string, changes: readonly string[], advice?: string) {
    const lines = changes.map((change) => `\n  - ${change}`).join('');
    const end = advice === undefined ? '' : `\n${advice}`;
    super(`run ${run} cannot go on: workflow '${workflow}' has changed since it began:${lines}${end}`);
    this.run = run;
    this.changes = changes;
  }
}

/** A run that could not be kept in its store any more, and was ended for that. What is kept of it can be gone on with. */
export class RunNotKeptError extends WorkflowError {
  readonly code = 'run_not_kept' as const;
  readonly run: string;

  constructor(run: string, cause: Error) {
    super(`run ${run} cannot be kept, and does not go on: ${cause.message}`, { cause });
    this.run = run;
  }
}
