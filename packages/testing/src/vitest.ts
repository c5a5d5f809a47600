import type { AnyTask, RunResult, WorkflowDefinition } from '@wf-sdk/core';
import { expect, type MatcherState, Snapshots } from 'vitest';
import { drawGraph } from './draw/graph.ts';
import { matchers } from './expect/matchers.ts';
import type { OutputArguments, ResultAssertions, TaskIdOf } from './expect/result.ts';
import type { StructureAssertions } from './expect/structure.ts';
import { planOf } from './expect/subject.ts';
import type { Verdict } from './expect/verdict.ts';

/*
 * Registers the matchers with vitest's `expect`, types included: `import 'wf-sdk/testing/vitest'` in a test file, or in one
 * of vitest's `setupFiles`.
 */

/** What a workflow's tasks can be called by; of something else the sentence the user reads. */
type WorkflowTaskId<T> = 0 extends 1 & T
  ? string
  : T extends {
        readonly definition: WorkflowDefinition;
        readonly '~types'?: { readonly tasks: infer Tasks extends AnyTask } | undefined;
      }
    ? Tasks['id']
    : 'Error: expect() was given something else than a workflow';

type ResultTaskId<T> = 0 extends 1 & T
  ? string
  : T extends RunResult
    ? TaskIdOf<T>
    : 'Error: expect() was given something else than the result of a run';

/** Not distributed: a result is a union, and only one of its members has all outputs. */
type ResultOutput<T> = 0 extends 1 & T
  ? unknown[]
  : [T] extends [RunResult]
    ? OutputArguments<T>
    : ['Error: expect() was given something else than the result of a run'];

interface Drawn {
  /**
   * `drawGraph` draws the workflow like this. Without a drawing it is written into the test, as an inline snapshot, and
   * `vitest -u` brings it up to date.
   */
  (drawing?: string): void;
}

declare module 'vitest' {
  // Under `.resolves` what is asserted on is what the promise gives.
  interface Matchers<T>
    extends
      StructureAssertions<WorkflowTaskId<Awaited<T>>>,
      ResultAssertions<ResultTaskId<Awaited<T>>, ResultOutput<Awaited<T>>> {
    toMatchGraph: Drawn;
  }
  // As a part of a larger value: `expect.not.toHaveTask('legacy')`. What is asserted on is not known here.
  interface AsymmetricMatchersContaining
    extends StructureAssertions<string>, ResultAssertions<string, unknown[]> {
    toMatchGraph: Drawn;
  }
}

/** A drawing as a snapshot shows it: without the quotes of a string. */
class Drawing {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

expect.addSnapshotSerializer({
  test: (value) => value instanceof Drawing,
  serialize: (value: Drawing) => value.text,
});

expect.extend({ ...matchers, toMatchGraph });

function toMatchGraph(this: MatcherState, received: unknown, drawing?: string): Verdict {
  const plan = planOf(received);
  // A snapshot can be neither negated nor polled, and belongs to an assertion.
  const isSnapshot = !this.isNot && this.poll !== true && 'assertion' in this;
  const verdict =
    isSnapshot && drawing === undefined ? undefined : matchers.toMatchGraph.call(this, received, drawing);
  if (verdict !== undefined && (verdict.pass || !isSnapshot)) return verdict;
  return Snapshots.toMatchInlineSnapshot.call(this, new Drawing(drawGraph(plan)), drawing);
}
