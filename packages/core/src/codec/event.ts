import { UnreadableError } from '../model/codec-error.ts';
import { EVENT_VERSION, type RunEvent } from '../model/event.ts';
import type { LogEntry, NewLogEntry } from '../model/store.ts';
import { decode, encode } from './codec.ts';
import { toStorable } from './to-storable.ts';

/** What a log entry has beside its body, or its store knows. */
const COLUMNS: ReadonlySet<string> = new Set(['type', 'run', 'at', 'task']);

const NONE: ReadonlySet<string> = new Set();
const ERROR: ReadonlySet<string> = new Set(['error']);
const OUTPUT: ReadonlySet<string> = new Set(['output']);

/** What of each event can be any value. */
const VALUES: { readonly [Type in RunEvent['type']]: ReadonlySet<string> } = {
  'attempt.failed': ERROR,
  'attempt.late': OUTPUT,
  'attempt.started': NONE,
  'breaker.changed': NONE,
  'compensation.failed': ERROR,
  'compensation.started': NONE,
  'compensation.succeeded': NONE,
  'item.failed': ERROR,
  'item.succeeded': OUTPUT,
  'run.cancelling': new Set(['reason']),
  'run.finished': new Set(['error', 'output']),
  'run.pending': new Set(['input']),
  'run.resumed': NONE,
  'run.retried': NONE,
  'run.signalled': new Set(['value']),
  'run.started': new Set(['input']),
  'run.told': NONE,
  'run.waiting': NONE,
  'task.cancelled': NONE,
  'task.decided': NONE,
  'task.failed': ERROR,
  'task.fanned_out': NONE,
  'task.log': new Set(['fields']),
  'task.queued': NONE,
  'task.recovering': NONE,
  'task.skipped': NONE,
  'task.sla_missed': NONE,
  'task.succeeded': OUTPUT,
  'task.upstream_failed': NONE,
  'task.waiting': ERROR,
};

/** Every type of event that this version of wf-sdk knows. */
export const EVENT_TYPES: readonly string[] = Object.keys(VALUES);

/**
 * An event as a line of a run's log. Its body has one line for what is small and known, then one for each value:
 *
 * ```text
 * {"item":3}
 * output {"id":"a7","price":12.5}
 * ```
 *
 * An output of a task or an item must be storable; of any other value what is not is replaced by a text.
 *
 * @param output The output of the event as `encode` made it before.
 * @throws UnstorableError where an output cannot be stored
 */
export function encodeEvent(event: RunEvent, output?: string): NewLogEntry {
  const { type, at } = event;
  const known: Record<string, unknown> = {};
  let values = '';
  for (const [key, value] of Object.entries(event)) {
    if (COLUMNS.has(key)) continue;
    if (!VALUES[type].has(key)) known[key] = value;
    else
      values += `\n${key} ${key === 'output' && output !== undefined ? output : encodeValue(event, key, value)}`;
  }
  const body = `${encode(known, `event ${type}`, 'event')}${values}`;
  return 'task' in event ? { type, at, task: event.task, body } : { type, at, body };
}

/**
 * Reads an event of a run's log, to go on with the run: nothing of it may be misunderstood.
 *
 * @throws UnreadableError where it is damaged, or a newer version of wf-sdk wrote it
 */
export function decodeEvent(run: string, entry: LogEntry): RunEvent {
  const subject = `event ${entry.seq} of run ${run}`;
  if (!isKnown(entry.type)) {
    const why = `this version of wf-sdk does not know its type '${entry.type}': read the run with the version that wrote it, or a newer one`;
    throw new UnreadableError(subject, why);
  }
  const values = VALUES[entry.type];
  const event = parse(run, entry, subject, (key) => values.has(key));
  const version = 'eventVersion' in event ? (event.eventVersion ?? 1) : 1;
  if (version <= EVENT_VERSION) return event;
  const why = `what follows has events of version ${version}, and this version of wf-sdk knows them up to ${EVENT_VERSION}: go on with the run with the version that wrote it, or a newer one`;
  throw new UnreadableError(subject, why);
}

/**
 * Reads an event of a run's log, to look at it. What a newer version of wf-sdk wrote is given as it is: a type that is not among
 * those of `RunEvent`, a field that the type does not have.
 *
 * @throws UnreadableError where it is damaged
 */
export function readEvent(run: string, entry: LogEntry): RunEvent {
  return parse(run, entry, `event ${entry.seq} of run ${run}`, (key) => /^[A-Za-z]\w*$/.test(key));
}

function isKnown(type: string): type is RunEvent['type'] {
  return Object.hasOwn(VALUES, type);
}

function parse(
  run: string,
  { type, at, task, body }: LogEntry,
  subject: string,
  isValue: (key: string) => boolean,
): RunEvent {
  const [head = '', ...lines] = body.includes('\n') ? body.split('\n') : [body];
  const known = decode(head, subject);
  if (typeof known !== 'object' || known === null) throw new UnreadableError(subject, 'it is damaged');
  const event: Record<string, unknown> = { ...known, type, run, at };
  if (task !== undefined) event['task'] = task;
  for (const line of lines) {
    const space = line.indexOf(' ');
    const key = line.slice(0, space);
    if (!isValue(key)) throw new UnreadableError(subject, 'it is damaged');
    event[key] = decode(line.slice(space + 1), subject);
  }
  // It is what `encodeEvent` was given, of this type.
  return event as unknown as RunEvent;
}

function encodeValue(event: RunEvent, key: string, value: unknown): string {
  if (event.type === 'task.succeeded' || (event.type === 'attempt.late' && event.item === undefined))
    return encode(value, `the output of task '${event.task}'`, key);
  if (event.type === 'run.signalled') return encode(value, `signal '${event.name}'`, key);
  if (event.type === 'item.succeeded' || (event.type === 'attempt.late' && event.item !== undefined))
    return encode(value, `the output of item ${event.item} of task '${event.task}'`, key);
  return encode(toStorable(value), `event ${event.type}`, key);
}
