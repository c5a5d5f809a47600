import { type Admission, createAdmission } from '../admit/admission.ts';
import { machineResources } from '../admit/capacity.ts';
import { impossibleDemands } from '../admit/impossible.ts';
import { poolsOf } from '../admit/pool-set.ts';
import { DefinitionError } from '../model/error.ts';
import type { Plan } from '../model/plan.ts';
import type { RunSettings } from './options.ts';

/**
 * How a run's tasks are admitted to pools and to the machine.
 *
 * @throws DefinitionError where a task needs more than there is in all.
 * @throws OptionError where a pool of the same name with other options is in use.
 */
export function admissionFor(plan: Plan, { clock, resources }: RunSettings): Admission {
  const { capacity } = resources ?? machineResources();
  const impossible = impossibleDemands(plan, capacity);
  if (impossible.length > 0) throw new DefinitionError(plan.id, impossible);
  for (const { placement } of plan.tasks)
    for (const { pool } of placement?.pools ?? []) poolsOf(clock).queueOf(pool);
  return createAdmission({ clock, resources });
}
