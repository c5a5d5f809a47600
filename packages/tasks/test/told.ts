import { run, type RunEvent, type RunOptions, type RunResult, workflow, type Workflow } from '@wf-sdk/core';

/** What a task said. */
export interface Said {
  readonly task: string;
  readonly message: string;
  readonly stream: unknown;
}

/** How a run ended, and what its tasks logged. */
export interface Told {
  readonly result: RunResult;
  readonly said: readonly Said[];
}

/** Keeps what tasks say. */
export function listener(said: Said[]): (event: RunEvent) => void {
  return (event) => {
    if (event.type !== 'task.log') return;
    said.push({ task: event.task, message: event.message, stream: event.fields?.['stream'] });
  };
}

/** Runs a workflow to its end. */
export async function told(flow: Workflow, options: RunOptions = {}): Promise<Told> {
  const said: Said[] = [];
  const result: RunResult = await run(flow, undefined, { ...options, observers: [listener(said)] });
  return { result, said };
}

/** A workflow of one task, whose output is the workflow's. */
export function one<Out>(handler: (data: { readonly input: unknown }, context: never) => Promise<Out>) {
  return workflow('w')
    .addTask('a')
    .run(handler as () => Promise<Out>)
    .output(({ a }) => a);
}
