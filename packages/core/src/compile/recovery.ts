import type { TaskDefinition } from '../model/definition.ts';
import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.ts';
import type { PlannedCompensation } from '../model/plan.ts';
import type { RecoveryRule } from '../model/recovery.ts';
import { planDuration, planRetry } from './policies.ts';
import { show } from './show.ts';

type Report = (diagnostic: Diagnostic) => void;

const ACTIONS = ['retry', 'run_then_retry', 'value', 'skip', 'fail', 'escalate'];

/** Checks a task's recovery rules; they come from `on(…)`, or from untyped code. */
export function checkRecovery({ id, recover, fallback }: TaskDefinition, report: Report): void {
  const bad = (code: DiagnosticCode, message: string): void =>
    report({ code, task: id, message: `task '${id}': ${message}` });
  if (fallback !== undefined && !isFallback(fallback))
    bad('bad_recovery', `.fallback() takes a value, a function of the error, or skip`);
  if (recover === undefined) return;
  if (!Array.isArray(recover)) {
    bad(
      'bad_recovery',
      `.recover() takes a list of rules such as [on(TypeError).skip()], not ${show(recover)}`,
    );
    return;
  }
  for (const [place, rule] of (recover as readonly unknown[]).entries())
    checkRule(id, place, rule, bad, report);
}

function isFallback(given: unknown): boolean {
  const { kind, make } = (given ?? {}) as { readonly kind?: unknown; readonly make?: unknown };
  return kind === 'value' || (kind === 'function' && typeof make === 'function');
}

function checkRule(
  task: string,
  place: number,
  given: unknown,
  bad: (code: DiagnosticCode, message: string) => void,
  report: Report,
): void {
  const { match, action } = (given ?? {}) as Partial<RecoveryRule>;
  if (match === undefined || action === undefined || !ACTIONS.includes(action.type)) {
    bad(
      'bad_recovery',
      `recovery rule ${place + 1} is not finished: say what it does, such as on(TypeError).skip()`,
    );
    return;
  }
  if (action.type !== 'retry' && action.type !== 'run_then_retry') return;
  const { times, delay } = action;
  planDuration(task, `the delay of recovery rule ${place + 1}`, delay, report);
  if (times !== undefined && times !== Number.POSITIVE_INFINITY && (!Number.isInteger(times) || times < 1))
    bad('bad_recovery', `times of recovery rule ${place + 1} is a whole number from 1, not ${show(times)}`);
}

/** How a task is undone; what is wrong with it is reported. */
export function planCompensation(
  { id, compensate }: TaskDefinition,
  report: Report,
): PlannedCompensation | undefined {
  if (compensate === undefined) return undefined;
  const { undo, retry, timeout } = compensate;
  if (typeof undo !== 'function') {
    const message = `task '${id}': .compensate() takes a function that undoes the task, not ${show(undo)}`;
    report({ code: 'bad_compensation', task: id, message });
  }
  return {
    undo,
    retry: retry === undefined ? undefined : planRetry(id, 'compensate.retry', retry, report),
    timeoutMs: planDuration(id, 'compensate.timeout', timeout, report, { positive: true }),
  };
}
