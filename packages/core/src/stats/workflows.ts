import type { WorkflowStats } from './stats.ts';
import { WorkflowTally } from './workflow-tally.ts';

/** What is counted of each workflow. */
export class Workflows {
  readonly #tallies = new Map<string, WorkflowTally>();

  of(workflow: string): WorkflowTally {
    const known = this.#tallies.get(workflow);
    if (known !== undefined) return known;
    const tally = new WorkflowTally(workflow);
    this.#tallies.set(workflow, tally);
    return tally;
  }

  /** Those of which most runs were looked at come first. */
  stats(): readonly WorkflowStats[] {
    return Array.from(this.#tallies.values(), (tally) => tally.stats()).toSorted(
      (one, other) => other.runs.total - one.runs.total || (one.workflow < other.workflow ? -1 : 1),
    );
  }
}
