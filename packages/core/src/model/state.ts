/** The states of a task that are final. A task in one of them never changes again. */
export type TerminalTaskState = 'succeeded' | 'failed' | 'upstream_failed' | 'skipped' | 'cancelled';

/**
 * Where a task is: `pending` (waits for dependencies) → `queued` (waits for a slot) → `running` → a final state;
 * `retrying` while it waits between two attempts, `waiting` while it waits for a timer, a breaker, a signal or a person: neither
 * holds a slot. `upstream_failed`: a dependency did not succeed.
 */
export type TaskState = 'pending' | ActiveTaskState | TerminalTaskState;

/** The states of a task that has begun and not ended. */
export type ActiveTaskState = 'queued' | 'running' | 'retrying' | 'waiting';

/**
 * Why a task was skipped: its condition said no, another branch was taken, a dependency's state left it nothing to do,
 * its fallback, a recovery rule or a person said so after a failure, or no signal came in time.
 */
export type SkipReason =
  | 'condition'
  | 'branch'
  | 'dependency'
  | 'fallback'
  | 'recovery'
  | 'intervention'
  | 'timeout';

/** What a waiting task waits for. */
export type WaitReason = 'timer' | 'breaker' | 'approval' | 'signal';

/** Where a run ends up. */
export type RunState = 'succeeded' | 'failed' | 'cancelled';

/** How much of a run was done: `partial` is a failed run of which some tasks succeeded. */
export type Outcome = 'success' | 'partial' | 'failed' | 'cancelled';

/** @param succeeded How many of its tasks succeeded. */
export function outcomeOf(state: RunState, succeeded: number): Outcome {
  switch (state) {
    case 'succeeded':
      return 'success';
    case 'cancelled':
      return 'cancelled';
    case 'failed':
      return succeeded > 0 ? 'partial' : 'failed';
  }
}
