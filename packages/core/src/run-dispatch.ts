import type { Attempt } from './execute/attempt.ts';
import { createThreadDispatcher } from './isolate/dispatcher.ts';
import { DefinitionError, IsolationError } from './model/error.ts';
import type { Plan } from './model/plan.ts';
import type { Dispatcher } from './model/ports.ts';
import type { RunSettings } from './run-options.ts';

/** Makes an attempt of an isolated task: elsewhere, or on this thread where the run's mode says so. */
export function dispatchAttempt(plan: Plan, settings: RunSettings, attempt: Attempt, data: unknown): unknown {
  const { planned, item } = attempt;
  const { handler } = planned.definition;
  if (settings.mode === 'parallel') return handler?.(data as never, attempt);
  const module = plan.definition.module ?? settings.module;
  if (module === undefined)
    throw new IsolationError(planned.id, 'has no module from which a thread could load it');
  const { memoryBytes, env } = planned.placement?.isolate ?? { memoryBytes: undefined, env: undefined };
  return (settings.dispatcher ?? threadsOfProcess()).dispatch(
    {
      module,
      workflow: plan.id,
      task: planned.id,
      attempt: attempt.attempt,
      item: item?.index,
      run: attempt.run,
      data,
      memoryBytes,
      env,
    },
    { log: (level, message, fields) => attempt.log[level](message, fields) },
    attempt.signal,
  );
}

let threads: Dispatcher | undefined;

/** What runs are given that say nothing: all runs of the process share the threads. */
function threadsOfProcess(): Dispatcher {
  return (threads ??= createThreadDispatcher());
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
