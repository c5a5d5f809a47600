import { pathTaken, type TimedTask } from '@wf-sdk/core';
import type { TaskTrack } from './task-track.ts';
import type { CriticalPath, Phase, PhaseKind, PathStep, Span, Structure, TaskSpan } from './timeline.ts';

/** The critical path of a run, with what was done on it. */
export function pathOf(
  tracks: readonly TaskTrack[],
  spans: readonly TaskSpan[],
  run: Span,
  structure: Structure | undefined,
): CriticalPath {
  const dependencies = new Map(structure?.map(({ id, dependsOn }) => [id, dependsOn]));
  const path = pathTaken(tracks.map((track) => toTimedTask(track, structure && dependencies)));
  const trackOf = new Map(tracks.map((track) => [track.task, track]));
  const spanOf = new Map(spans.map((span) => [span.task, span]));
  const steps = path.flatMap(({ task }) => {
    const span = spanOf.get(task);
    return span === undefined ? [] : { span, item: trackOf.get(task)?.lastItem };
  });
  return withLengths(steps, run, structure === undefined ? 'inferred' : 'known');
}

interface Step {
  readonly span: TaskSpan;
  readonly item: number | undefined;
}

/** @param steps In the order in which they ran. */
export function withLengths(
  path: readonly Step[],
  run: Span,
  dependencies: CriticalPath['dependencies'],
): CriticalPath {
  const steps: PathStep[] = [];
  for (const { span, item } of path) {
    const before = steps.at(-1)?.to ?? run.from;
    const to = span.endedAt ?? run.to;
    const from = Math.min(to, Math.max(before, span.readyAt ?? to));
    const phases = span.phases.filter((phase) => phase.from >= from && phase.to <= to);
    steps.push({
      task: span.task,
      ...(item !== undefined && { item }),
      from,
      to,
      beforeMs: from - before,
      spent: spentIn(phases),
      ...poolsOf(phases),
      slotsOf: slotsIn(phases, to - from).filter((name) => name !== steps.at(-1)?.task),
    });
  }
  const ms = steps.reduce((sum, step) => sum + step.to - step.from, 0);
  const whole = run.to - run.from;
  return { steps, ms, share: whole === 0 ? (steps.length === 0 ? 0 : 1) : ms / whole, dependencies };
}

/** A wait for a slot is worth a name where it took more than this part of the step. */
const SLOT_SHARE = 0.05;

function slotsIn(phases: readonly Phase[], whole: number): readonly string[] {
  const long = phases.filter(({ from, to }) => to - from > whole * SLOT_SHARE);
  return [...new Set(long.flatMap(({ slotOf }) => slotOf ?? []))];
}

/** How long each kind of phase took. */
export function spentIn(phases: readonly Phase[]): Readonly<Partial<Record<PhaseKind, number>>> {
  const spent: Partial<Record<PhaseKind, number>> = {};
  for (const { kind, from, to } of phases) if (to > from) spent[kind] = (spent[kind] ?? 0) + to - from;
  return spent;
}

/** The pools of a wait that was for them, for the most part, and not for a slot of the run. */
export function poolsOf(phases: readonly Phase[]): { readonly pools?: readonly string[] } {
  const waits = phases.flatMap(({ kind, admission }) => (kind === 'queued' ? (admission ?? []) : []));
  const ms = waits.reduce((sum, wait) => sum + wait.ms, 0);
  if (ms * 2 <= (spentIn(phases).queued ?? 0)) return {};
  return { pools: [...new Set(waits.flatMap(({ pools }) => pools))] };
}

function toTimedTask(
  { task, unit, readyOrder, endOrder, releasedBy }: TaskTrack,
  dependencies: ReadonlyMap<string, readonly string[]> | undefined,
): TimedTask {
  const inferred = releasedBy === undefined ? [] : [releasedBy];
  return {
    task,
    dependsOn: dependencies === undefined ? inferred : (dependencies.get(task) ?? []),
    ran: unit.readyAt !== undefined,
    begins: readyOrder,
    ends: endOrder,
  };
}
