import type { RunEvent, RunEventOf } from '@wf-sdk/core';
import { RunTrack } from './run-track.ts';
import type { RunSpan, Structure, Timeline } from './timeline.ts';

/** What else is known of a run whose events are read. */
export interface Known {
  readonly source: 'store' | 'events';
  /** The tasks of a run by its ID. @default they are those that events name */
  readonly structureOf?: (run: string) => Structure | undefined;
  /** Up to when it is shown, where it goes on. @default its last event */
  readonly now?: number;
  /** What it is now. @default what its events say */
  readonly state?: RunSpan['state'];
}

/** The run that the first event is about, and those below it. Empty where there is no event. */
export async function timelineOf(
  events: AsyncIterable<RunEvent> | Iterable<RunEvent>,
  { source, structureOf, now, state }: Known,
): Promise<Timeline | undefined> {
  const notes = new Set<string>();
  const runs = new Map<string, RunTrack>();
  let root: RunTrack | undefined;
  let at = 0;
  /** When the first run was last heard of before it went on. */
  let alive = 0;
  for await (const event of events) {
    const before = root === undefined ? event.at : at;
    at = Math.max(before, event.at);
    if (event.run === root?.run && (event.type === 'run.resumed' || event.type === 'run.retried'))
      alive = before;
    let run = runs.get(event.run);
    if (run === undefined) {
      run = new RunTrack(event.run, at, structureOf?.(event.run));
      if (root === undefined) {
        root = run;
        if (!isFirst(event)) notes.add(BEGINS_LATE);
      } else {
        const parent = isFirst(event) ? event.parent : undefined;
        const above = parent === undefined ? undefined : runs.get(parent.run);
        if (parent === undefined || above === undefined) {
          notes.add(event.run.startsWith(root.run) ? BELOW_LATE : ANOTHER_RUN);
          continue;
        }
        above.add(run, parent.task, parent.item);
      }
      runs.set(event.run, run);
    }
    run.apply(event, at, event.run === root?.run ? before : alive || before);
  }
  if (root === undefined) return undefined;
  const span = root.toSpan(Math.max(at, now ?? at), state);
  if (span.criticalPath.dependencies === 'inferred' && span.criticalPath.steps.length > 1)
    notes.add(INFERRED);
  return { source, run: span, notes: [...notes] };
}

/** A run begins by being started, or by having to wait for its turn. */
function isFirst(event: RunEvent): event is RunEventOf<'run.pending' | 'run.started'> {
  return event.type === 'run.pending' || event.type === 'run.started';
}

const BEGINS_LATE = 'The events begin in the midst of the run: what happened before is not shown.';
const BELOW_LATE = 'The events of a run below this one begin in its midst: it is not shown.';
const ANOTHER_RUN = 'There are events of other runs, too: only the first run is shown.';
const INFERRED =
  'Events do not say what depends on what: the critical path is read from the order in which tasks ended and were queued.';
