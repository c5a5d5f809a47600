import { gate, type Gate } from '@wf-sdk/testing';
import type { TaskContext, Workflow, WorkflowDefinition } from '../src/index.ts';
import { flowOf } from './kit.ts';

/** A workflow whose runs go on until they are let go, each by its ID. */
export interface Gated {
  readonly flow: Workflow;
  /** The runs whose task has started, in that order. */
  readonly started: readonly string[];
  /** What each of them was given. */
  readonly inputs: readonly unknown[];
  readonly letGo: (...runs: readonly string[]) => void;
}

export function gated(maxActiveRuns: number, header: Partial<WorkflowDefinition> = {}): Gated {
  const started: string[] = [];
  const inputs: unknown[] = [];
  const gates = new Map<string, Gate<void>>();
  const gateOf = (run: string): Gate<void> => {
    const known = gates.get(run) ?? gate();
    gates.set(run, known);
    return known;
  };
  const handler = async (
    { input }: { readonly input: unknown },
    { run, signal }: TaskContext,
  ): Promise<void> => {
    started.push(run.id);
    inputs.push(input);
    await Promise.race([
      gateOf(run.id).pass(),
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      ),
    ]);
  };
  return {
    flow: flowOf([{ id: 'a', handler }], { maxActiveRuns, ...header }),
    started,
    inputs,
    letGo: (...runs) => {
      for (const run of runs) gateOf(run).open();
    },
  };
}
