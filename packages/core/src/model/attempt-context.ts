import type { TaskContext } from './context.ts';
import type { ChildWorkflow } from './definition.ts';

/** What the SDK's own handlers need beside: those that run another workflow, or run somewhere else. Not for users. */
export interface AttemptContext extends TaskContext {
  /** @param data What the task reads, from which the child's input is made. */
  runChild(child: ChildWorkflow, data: never): Promise<unknown>;
  dispatch(data: unknown): unknown;
}
