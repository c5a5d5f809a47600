import { showBytes } from '../lib/bytes.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Placement, ResourceAmounts } from '../model/placement.ts';

/** A task as far as it matters here. */
interface PlacedTask {
  readonly id: string;
  readonly placement: Placement | undefined;
}

const AMOUNTS = ['cpu', 'memoryBytes', 'gpu', 'diskBytes'] as const;

/** The tasks that could never run, because they need more of something than there is in all. */
export function impossibleDemands(
  { tasks }: { readonly tasks: Iterable<PlacedTask> },
  capacity: ResourceAmounts,
): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const { id, placement } of tasks) {
    const needed = placement?.resources;
    if (needed === undefined) continue;
    const missing = AMOUNTS.filter((what) => needed[what] > capacity[what]);
    if (missing.length === 0) continue;
    const shares = missing.map(
      (what) => `${show(what, needed[what])} (there is ${amount(what, capacity[what])})`,
    );
    const advice = `ask for less in .resources(), or say that there is more in the run's option 'resources'`;
    diagnostics.push({
      code: 'impossible_resources',
      task: id,
      message: `task '${id}' can never run: it needs ${shares.join(' and ')}; ${advice}`,
    });
  }
  return diagnostics;
}

function show(what: (typeof AMOUNTS)[number], needed: number): string {
  return `${what.replace('Bytes', '')} ${amount(what, needed)}`;
}

function amount(what: (typeof AMOUNTS)[number], value: number): string {
  switch (what) {
    case 'cpu':
    case 'gpu':
      return String(value);
    case 'memoryBytes':
    case 'diskBytes':
      return showBytes(value);
  }
}
