import { type Conformance, defineConformance } from './conformance.ts';
import type { DispatcherSubject } from './dispatch.ts';
import { dispatcherAborts } from './dispatcher-aborts.ts';
import { dispatcherAttempts } from './dispatcher-attempts.ts';
import { dispatcherDemands } from './dispatcher-demands.ts';
import { dispatcherErrors } from './dispatcher-errors.ts';
import { isolationRules } from './isolation.ts';

/** What every dispatcher has to do, wherever it makes its attempts. */
export const dispatcherConformance: Conformance<DispatcherSubject> = defineConformance('Dispatcher', [
  ...dispatcherAttempts,
  ...dispatcherErrors,
  ...dispatcherAborts,
  ...dispatcherDemands,
]);

/** What a dispatcher has to do beside, that makes its attempts on other threads, in other processes or on other machines. */
export const isolationConformance: Conformance<DispatcherSubject> = defineConformance(
  'Dispatcher',
  isolationRules,
);
