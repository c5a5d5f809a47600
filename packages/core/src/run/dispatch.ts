import type { Attempt } from '../execute/attempt.ts';
import { pool } from '../admit/pool.ts';
import { createThreadDispatcher } from '../isolate/dispatcher.ts';
import { DefinitionError, IsolationError } from '../model/error.ts';
import { NO_METRICS } from '../lib/no-metrics.ts';
import type { Plan } from '../model/plan.ts';
import type { Pool } from '../model/placement.ts';
import type { Dispatcher } from '../model/ports.ts';
import type { Tracing } from '../model/tracing.ts';
import type { RunSettings } from './options.ts';

/** Makes an attempt of an isolated task: elsewhere, or on this thread where the run's mode says so. */
export function dispatchAttempt(
  plan: Plan,
  settings: RunSettings,
  dispatcher: Dispatcher | undefined,
  tracing: Tracing | undefined,
  attempt: Attempt,
  data: unknown,
): unknown {
  const { planned, item } = attempt;
  const { handler } = planned.definition;
  if (dispatcher === undefined) return handler?.(data as never, attempt);
  const module = plan.definition.module ?? settings.module;
  if (module === undefined)
    throw new IsolationError(planned.id, 'has no module from which a thread could load it');
  const { memoryBytes, env } = planned.placement?.isolate ?? { memoryBytes: undefined, env: undefined };
  return dispatcher.dispatch(
    {
      module,
      workflow: plan.id,
      task: planned.id,
      attempt: attempt.attempt,
      item: item?.index,
      run: attempt.run,
      idempotencyKey: attempt.idempotencyKey,
      data,
      memoryBytes,
      env,
      graceMs: settings.graceMs,
      ...(planned.definition.secrets !== undefined && { secrets: attempt.secrets }),
      ...(tracing !== undefined && { trace: tracing.carrierOf(attempt) }),
      ...(attempt.metrics !== NO_METRICS && { metered: true as const }),
    },
    {
      log: (level, message, fields) => attempt.log[level](message, fields),
      measure: ({ use, name, value, options }) => attempt.metrics[use](name, value, options),
    },
    attempt.signal,
  );
}

let threads: Dispatcher | undefined;

/** Where a run's isolated tasks are made: on this thread if it is undefined. All runs that say nothing share the threads. */
export function dispatcherFor({ needs }: Plan, { mode, dispatcher }: RunSettings): Dispatcher | undefined {
  if (!needs.dispatcher || mode === 'parallel') return undefined;
  return dispatcher ?? (threads ??= createThreadDispatcher());
}

const pools = new WeakMap<Dispatcher, Pool>();
let dispatchers = 0;

/** Slots for as many attempts as a dispatcher makes at once, if it says so: who waits for one is queued, not running. */
export function slotsOf(dispatcher: Dispatcher): Pool | undefined {
  const { slots } = dispatcher;
  if (slots === undefined) return undefined;
  let known = pools.get(dispatcher);
  if (known === undefined) {
    known = pool(`isolated tasks, ${++dispatchers}`, { slots });
    pools.set(dispatcher, known);
  }
  return known;
}

/** @throws DefinitionError where isolated tasks have no module from which a thread could load them. */
export function checkModule(plan: Plan, { mode, module }: RunSettings): void {
  if (!plan.needs.dispatcher || mode === 'parallel') return;
  if (module !== undefined || plan.definition.module !== undefined) return;
  const isolated = plan.tasks.find(({ placement }) => placement?.isolate !== undefined);
  throw new DefinitionError(plan.id, [
    {
      code: 'bad_isolation',
      task: isolated?.id ?? '',
      message: `task '${isolated?.id ?? ''}' is isolated, and its thread has to load the workflow, but not known from where: say workflow('${plan.id}', { module: import.meta.url }) in the module that exports it, or give run the option module`,
    },
  ]);
}
