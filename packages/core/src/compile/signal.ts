import { parseDuration } from '../lib/duration.ts';
import type { TaskDefinition } from '../model/definition.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { isSchema } from '../model/schema.ts';
import type { SignalWait } from '../model/signal.ts';
import { show } from './show.ts';

/**
 * Checks what a task says of the signal it waits for. Untyped code and JSON can say anything.
 *
 * @param needless What means nothing where there are no attempts.
 */
export function checkSignal(
  task: TaskDefinition,
  signal: SignalWait,
  needless: readonly (keyof TaskDefinition)[],
  bad: (code: DiagnosticCode, message: string) => void,
): void {
  const { name, schema, timeout, onTimeout } = signal;
  if (typeof name !== 'string' || name === '')
    bad('bad_signal', `.waitForSignal() takes the name of a signal, not ${show(name)}`);
  if (!isSchema(schema))
    bad(
      'bad_schema',
      `.waitForSignal('${name}', …) takes a Standard Schema of the payload, such as a zod schema`,
    );
  const ms = timeout === undefined ? 1 : parseDuration(timeout);
  if (ms === undefined || !(ms > 0))
    bad(
      'bad_duration',
      `the timeout of .waitForSignal() is a duration above zero, such as '5s' or '3d', not ${show(timeout)}`,
    );
  if (onTimeout !== undefined && timeout === undefined)
    bad(
      'bad_signal',
      `.waitForSignal() says what happens on timeout, and no timeout; add one, or leave both out`,
    );
  for (const key of needless) {
    if (task[key] !== undefined)
      bad(
        'conflicting_policies',
        `a task that waits for a signal makes no attempts, so that '${key}' means nothing; remove it`,
      );
  }
}
