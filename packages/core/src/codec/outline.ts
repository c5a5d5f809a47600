import { UnreadableError } from '../model/codec-error.ts';
import type { RunEvent } from '../model/event.ts';
import type { LogEntry } from '../model/store.ts';
import { decode } from './codec.ts';

/**
 * An event of a run's log with all that is small and known, and its error; what a task was given or gave is not read, which
 * for many runs is most of what a log has. A type that is not known is for whoever knows it: such an event is left out.
 *
 * @param types Those that are wanted; others cost nothing.
 * @throws UnreadableError where it is damaged
 */
export function decodeOutline(
  run: string,
  { seq, type, at, task, body }: LogEntry,
  types: ReadonlySet<string>,
): RunEvent | undefined {
  if (!types.has(type)) return undefined;
  const subject = `event ${seq} of run ${run}`;
  const end = body.indexOf('\n');
  const known = decode(end === -1 ? body : body.slice(0, end), subject);
  if (typeof known !== 'object' || known === null) throw new UnreadableError(subject, 'it is damaged');
  const event: Record<string, unknown> = { ...known, type, run, at };
  if (task !== undefined) event['task'] = task;
  const error = end === -1 || !HAS_ERROR.has(type) ? undefined : errorIn(body.slice(end), subject);
  if (error !== undefined) event['error'] = error.value;
  // It is what `encodeEvent` was given, of this type, without some of its values.
  return event as unknown as RunEvent;
}

const HAS_ERROR: ReadonlySet<string> = new Set(['attempt.failed', 'task.failed']);
const ERROR = '\nerror ';

function errorIn(values: string, subject: string): { readonly value: unknown } | undefined {
  const start = values.indexOf(ERROR);
  if (start === -1) return undefined;
  const end = values.indexOf('\n', start + 1);
  return { value: decode(values.slice(start + ERROR.length, end === -1 ? undefined : end), subject) };
}
