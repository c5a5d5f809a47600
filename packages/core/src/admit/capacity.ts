import { availableParallelism, totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';

import { OptionError } from '../model/error.ts';
import type { ResourceAmounts, ResourceDemand } from '../model/placement.ts';
import { readAmounts } from '../model/placement-check.ts';
import { Resources } from './resources.ts';

let shared: Resources | undefined;

/** The machine's resources, which all runs of the process share that were not given their own. */
export function machineResources(): Resources {
  return (shared ??= new Resources(machineCapacity()));
}

/**
 * Resources of their own for the runs they are given to. What is not named is as the machine has it: its cores and
 * memory, no GPU, and disk without limit.
 *
 * @throws OptionError for an amount that is not usable.
 */
export function createResources(capacity: ResourceDemand): Resources {
  const amounts = readAmounts(capacity, (option, wanted, given) => {
    throw new OptionError(option === 'resources' ? option : `resources.${option}`, wanted, given);
  });
  return new Resources({ ...machineCapacity(), ...amounts });
}

/** A container may have less memory than its machine: then it is told by the constraint, which is 0 where there is none. */
function machineCapacity(): ResourceAmounts {
  const memoryBytes = Math.min(totalmem(), constrainedMemory() || Number.POSITIVE_INFINITY);
  return { cpu: availableParallelism(), memoryBytes, gpu: 0, diskBytes: Number.POSITIVE_INFINITY };
}
