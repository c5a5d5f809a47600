import { storeFlag } from '../keep/store-path.ts';
import { formatInstant } from '../show/age.ts';
import { formatDuration } from '../show/format.ts';
import type { RunView } from '../show/run-view.ts';
import { signalledIn, wakesAt, waitingIn } from '../show/waiting.ts';

/**
 * How a run that is kept goes on, as lines for the user: by a decision or a signal, where tasks wait for one, when its first
 * timer is due, and by `resume`.
 *
 * @param view What is known of the run. @default nothing of it waits
 */
export function howToGoOn(
  run: string,
  view: RunView | undefined,
  { store }: { readonly store?: string },
): readonly string[] {
  const flag = storeFlag(store);
  const resume = `wf-sdk resume ${run}${flag}`;
  const [asked] = view === undefined ? [] : waitingIn(view);
  const [signalled] = view === undefined ? [] : signalledIn(view);
  const wakes = view === undefined ? undefined : wakesAt(view);
  const said = [
    ...(asked?.run.id === undefined
      ? []
      : [
          `  wf-sdk approve ${asked.run.id} ${asked.task.id} '<JSON>'${flag}    (or reject, retry-task, skip)`,
        ]),
    ...(signalled?.run.id === undefined
      ? []
      : [`  wf-sdk signal ${signalled.run.id} ${signalled.task.signal ?? ''} '<JSON>'${flag}`]),
  ];
  const when = wakes === undefined ? [] : [`It goes on by itself ${instant(wakes)}, once it is resumed:`];
  if (said.length > 0)
    return [
      `Run ${run} is kept and waits. Say what becomes of it, from any process, and go on:`,
      ...said,
      ...when,
      `  ${resume}`,
    ];
  if (when.length === 0) return [`run ${run} is kept, and goes on with`, `  ${resume}`];
  return [
    `Run ${run} is kept and waits. ${when.join('')}`,
    `  ${resume}`,
    `  wf-sdk resume --due${flag}    (all runs that are due, for cron)`,
  ];
}

/** How what went wrong in a run that has ended is run again, as lines for the user. */
export function howToRetry(run: string, { store }: { readonly store?: string }): readonly string[] {
  return [
    `What went wrong can be run again, and what depends on it:`,
    `  wf-sdk retry ${run}${storeFlag(store)}`,
  ];
}

function instant(at: number): string {
  const left = at - Date.now();
  return left <= 0 ? 'now' : `at ${formatInstant(at)}, in ${formatDuration(left)}`;
}
