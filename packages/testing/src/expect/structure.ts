import type { AnyTask, Workflow } from '@wf-sdk/core';
import { edgeChecks } from './edge-checks.ts';
import { createExpectation } from './expectation.ts';
import { shapeChecks } from './shape-checks.ts';
import { planOf } from './subject.ts';

export const structureChecks: typeof shapeChecks & typeof edgeChecks = { ...shapeChecks, ...edgeChecks };

/** What can be said about a workflow's graph. Each throws where it does not hold, and shows the graph with the point marked. */
export interface StructureAssertions<Id extends string> {
  /** There is such a task. */
  toHaveTask(id: Id | (string & {})): void;
  /** It waits for these directly; under `not` for none of them. */
  toDependOn(task: Id, ...dependencies: [Id, ...Id[]]): void;
  /** The second waits for the first, directly or by way of others. */
  toRunBefore(first: Id, second: Id): void;
  /** Neither waits for the other, and no branch keeps them from running in the same run. */
  toRunInParallelWith(task: Id, other: Id): void;
  /** Just these depend on nothing; in any order. */
  toHaveRoots(...ids: Id[]): void;
  /** On just these depends nothing; in any order. */
  toHaveLeaves(...ids: Id[]): void;
  /** This is the longest chain of dependencies, first to last, or one that is as long. */
  toHaveCriticalPath(...ids: Id[]): void;
  /** `drawGraph` draws it like this. How far the drawing is indented does not matter. */
  toMatchGraph(drawing: string): void;
}

export interface StructureExpectation<Id extends string> extends StructureAssertions<Id> {
  /** The opposite. */
  readonly not: StructureAssertions<Id>;
}

/**
 * Asserts on a workflow's graph, with any test runner.
 *
 * ```ts
 * import { workflow } from 'wf-sdk';
 * import { expectStructure } from 'wf-sdk/testing';
 *
 * const etl = workflow('etl')
 *   .addTask('extract')
 *   .run(() => [1, 2])
 *   .addTask('load')
 *   .dependsOn('extract')
 *   .run(({ extract }) => extract.length);
 *
 * expectStructure(etl).toDependOn('load', 'extract');
 * expectStructure(etl).not.toRunBefore('load', 'extract');
 * ```
 *
 * @throws TestKitError where it is given something else than a workflow, or an ID that is no task of it.
 * @throws DefinitionError with every diagnostic, where the workflow cannot be run.
 */
export function expectStructure<T extends AnyTask>(
  workflow: Workflow<unknown, T>,
): StructureExpectation<T['id']> {
  // The one cast from the untyped checks to what the workflow's own type says.
  return createExpectation(planOf(workflow), structureChecks) as object as StructureExpectation<T['id']>;
}
