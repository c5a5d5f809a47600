import { createMemoryStore, on, run, type RunEvent, send, workflow } from '@wf-sdk/core';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { mortalStore } from '../../store/mortal-store.ts';
import type { SampleRun } from './sample.ts';

/** A run whose process dies while a task waits for a person; another process, to which more is said, goes on. */
export async function recordResumed(): Promise<SampleRun> {
  const clock = new VirtualClock();
  const flow = workflow('release')
    .addTask('build')
    .run(() => 'build 7')
    .addTask('sign')
    .dependsOn('build')
    .recover([on(Error).escalate('who signs?')])
    .run((): { readonly signedBy: string } => {
      throw new Error('nobody has signed');
    });
  const store = createMemoryStore();
  const first = mortalStore(store);
  const events: RunEvent[] = [];
  const id = 'sample-resumed';
  const options = { id, clock, observers: [(event: RunEvent): void => void events.push(event)] };
  const waits = new Promise<void>((resolve) => {
    const observe = (event: RunEvent): void => (event.type === 'run.waiting' ? resolve() : undefined);
    run(flow, undefined, { ...options, store: first.store, observers: [...options.observers, observe] });
  });
  await waits;
  await clock.settle();
  await first.die();
  await send(store, id, { type: 'approve', task: 'build', value: 1 }, { by: 'Eve' });
  await send(store, id, { type: 'approve', task: 'sign', value: { signedBy: 'Ada' } }, { by: 'Ada' });
  await run(flow, undefined, { ...options, store });
  return {
    name: 'resumed',
    shows: 'a run whose process died while a person was asked',
    run: id,
    workflow: flow,
    events,
  };
}
