import type { RunEvent } from '@wf-sdk/core';
import type { LooseOptions } from '../run/loose-options.ts';
import type { Paths } from './path.ts';
import type { Fate, PathChoice } from './path-choices.ts';

/** The options of a run that walks: it says which choices it comes to, and takes the ways that are foreseen. */
export function walkingOptions(paths: Paths): LooseOptions {
  const { walk, choices, options, errorOf } = paths;
  const [stubs, conditions, failures] = [
    { ...options.stubs },
    { ...options.conditions },
    { ...options.failures },
  ];
  const decisionOf = new Map<string, PathChoice>();
  for (const { task, condition, attempts, decision } of choices) {
    if (decision !== undefined) decisionOf.set(task, decision);
    if (condition !== undefined) conditions[task] = () => walk.take(condition) === 'runs';
    if (attempts === undefined) continue;
    failures[task] = () => (walk.take(attempts) === 'failed' ? errorOf(task) : undefined);
    if (typeof attempts.ways[0] === 'object') stubs[task] = () => labelIn(walk.foresee(attempts));
  }
  const hear = (event: RunEvent): void => {
    if (event.type !== 'task.waiting' || event.for !== 'approval') return;
    const decision = decisionOf.get(event.task);
    if (decision !== undefined) walk.take(decision);
  };
  return {
    stubAll: true,
    ...options,
    stubs,
    conditions,
    failures,
    decisions: { ...options.decisions, ...decisionsOf(paths, () => true) },
    observers: [hear, ...(options.observers ?? [])],
  };
}

/** The options of a run that goes the way that was just walked, without choices. */
export function walkedOptions(paths: Paths): LooseOptions {
  const { walk, choices, options, errorOf } = paths;
  const [stubs, conditions, failures] = [
    { ...options.stubs },
    { ...options.conditions },
    { ...options.failures },
  ];
  const met = new Set(walk.path);
  for (const { task, condition, attempts } of choices) {
    if (condition !== undefined && met.has(condition)) conditions[task] = walk.foresee(condition) === 'runs';
    if (attempts === undefined) continue;
    const way = walk.foresee(attempts);
    if (met.has(attempts) && way === 'failed') failures[task] = errorOf(task);
    // Whether a task has a stub can make a difference to those that read it, even where it is not called.
    if (
      typeof attempts.ways[0] === 'object' &&
      ('input' in options || (met.has(attempts) && way !== 'failed'))
    )
      stubs[task] = labelIn(way === 'failed' ? attempts.ways[0] : way);
  }
  const decisions = { ...options.decisions, ...decisionsOf(paths, (choice) => met.has(choice)) };
  const parts = Object.entries({ stubs, conditions, failures, decisions });
  return {
    stubAll: true,
    ...options,
    ...Object.fromEntries(parts.filter(([, part]) => Object.keys(part).length > 0)),
  };
}

function decisionsOf(
  { walk, choices }: Paths,
  isAsked: (choice: PathChoice) => boolean,
): Record<string, unknown> {
  const decisions: Record<string, unknown> = {};
  for (const { task, decision, approval } of choices) {
    if (decision === undefined || !isAsked(decision)) continue;
    const way = walk.foresee(decision);
    decisions[task] = way === 'approved' ? { approve: approval } : way === 'skipped' ? 'skip' : 'fail';
  }
  return decisions;
}

function labelIn(way: Fate | 'runs'): unknown {
  return typeof way === 'object' ? way.label : undefined;
}
