import type { PathShare, TaskStats, WorkflowStats } from '@wf-sdk/core';

/** A task that holds the runs of its workflow up. */
export interface Bottleneck {
  readonly task: string;
  /** Of the critical paths of all runs together: 0 to 1. */
  readonly share: number;
  /** Of each run on whose path it is, in milliseconds, on average. */
  readonly ms: number;
  /** What most of that time goes by with, where it is not running. */
  readonly mostly?: 'queued' | 'waiting' | 'retrying';
  /** Under `queued`: how long that is of each such run, in milliseconds; how much of it not for a slot; and which pools it needs. */
  readonly queuedMs?: number;
  readonly admissionMs?: number;
  readonly pools?: readonly string[];
}

/** What takes less of the critical path is not worth a sentence. */
const LEAST = 0.1;
const MOST_NAMED = 3;

/** The tasks that take the most of the critical path, the first the most. */
export function bottlenecksOf({ tasks }: Pick<WorkflowStats, 'tasks'>): readonly Bottleneck[] {
  return byShare(tasks)
    .filter(({ path }) => path.share >= LEAST)
    .slice(0, MOST_NAMED)
    .map(({ task, path, pools }) => {
      const mostly = mostlyOf(path);
      return {
        task,
        share: path.share,
        ms: path.ms / path.runs,
        ...(mostly !== undefined && { mostly }),
        ...(mostly === 'queued' && {
          queuedMs: path.queuedMs / path.runs,
          admissionMs: path.admissionMs / path.runs,
          pools,
        }),
      };
    });
}

/** The largest share that any task has. */
export function largestShare({ tasks }: Pick<WorkflowStats, 'tasks'>): number {
  return Math.max(0, ...tasks.map(({ path }) => path.share));
}

/** What takes the most of the critical path comes first. */
export function byShare(tasks: readonly TaskStats[]): readonly TaskStats[] {
  return tasks.toSorted((one, other) => other.path.share - one.path.share);
}

function mostlyOf({ ms, queuedMs, waitingMs, retryingMs }: PathShare): Bottleneck['mostly'] {
  const half = ms / 2;
  if (queuedMs > half) return 'queued';
  if (waitingMs > half) return 'waiting';
  return retryingMs > half ? 'retrying' : undefined;
}
