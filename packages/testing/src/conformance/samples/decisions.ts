import { on, type RunEvent, type RunHandle, type RunResult, workflow } from '@wf-sdk/core';
import type { Sample } from './sample.ts';

/** What a person says, of one task after the other, when nothing else is left to do. */
function decide(event: RunEvent, handle: RunHandle<RunResult>): void {
  const [task] = event.type === 'run.waiting' ? event.tasks : [];
  if (task === 'approved') handle.approve(task, { signedBy: 'Ada' });
  if (task === 'retried') handle.retry(task);
  if (task === 'skipped') handle.skip(task);
  if (task === 'failed') handle.fail(task, new Error('too late'));
}

/** Tasks that wait for a person, and all that a person can say. */
export const decisions: Sample = {
  name: 'decisions',
  shows: 'tasks that wait for a person, who approves, retries, skips and fails them',
  react: decide,
  workflow: (clock) =>
    workflow('refunds')
      .addTask('approved')
      .recover([on(Error).escalate('who signs?')])
      .run((): { readonly signedBy: string } => {
        throw new RangeError('900 is more than 500');
      })
      .addTask('retried')
      .recover([on(Error).escalate()])
      .run((_, { attempt }) => {
        if (attempt === 1) throw new Error('ask again');
        return attempt;
      })
      .addTask('skipped')
      .recover([on(Error).escalate('is it needed?')])
      .run((): number => {
        throw new Error('not needed');
      })
      .addTask('failed')
      .recover([on(Error).escalate()])
      .run(async (): Promise<number> => {
        await clock.sleep('1h');
        throw new Error('no use');
      }),
};
