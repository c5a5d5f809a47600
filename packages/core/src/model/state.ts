/** The states of a task that are final. A task in one of them never changes again. */
export type TerminalTaskState = 'succeeded' | 'failed' | 'upstream_failed' | 'cancelled';

/**
 * Where a task is: `pending` (waits for dependencies) → `queued` (waits for a slot) → `running` → a final state;
 * `retrying` while it waits between two attempts, holding no slot. `upstream_failed`: a dependency did not succeed.
 */
export type TaskState = 'pending' | 'queued' | 'running' | 'retrying' | TerminalTaskState;

/** Where a run ends up. */
export type RunState = 'succeeded' | 'failed' | 'cancelled';

/** How much of a run was done: `partial` is a failed run of which some tasks succeeded. */
export type Outcome = 'success' | 'partial' | 'failed' | 'cancelled';
