import type { RunEvent } from '@wf-sdk/core';
import { UsageError } from '../usage-error.ts';
import { timelineOf } from './from-events.ts';
import { timelineOfResult, type WrittenResult, type WrittenTask } from './from-result.ts';
import type { Timeline } from './timeline.ts';

const HOW =
  'A timeline is drawn of the events of a run (wf-sdk run --events <file>), of its result (wf-sdk run --output <file>), or of a run that is kept (wf-sdk run --durable)';

/** A result is no longer than this, in characters; what is has no place in memory. */
const LONGEST_RESULT = 100_000_000;

/**
 * The timeline of a run whose events or whose result these lines have. Events are read one by one, however many there are.
 *
 * @param name What the lines are called in messages.
 * @throws UsageError where they are anything else
 */
export async function timelineOfLines(
  lines: AsyncIterable<string> | Iterable<string>,
  name: string,
): Promise<Timeline> {
  const rest = numbered(lines);
  const first = await rest.next();
  if (first.done === true) throw new UsageError(`${name} is empty: it has no events yet. ${HOW}.`);
  const event = eventIn(first.value.line);
  if (event === undefined) return timelineOfResult(await resultIn(first.value, rest, name));
  const end: End = {};
  const timeline = await timelineOf(eventsIn(event, rest, name, end), { source: 'events' });
  if (timeline === undefined) throw new UsageError(`${name} has no events`);
  return end.cut === undefined ? timeline : { ...timeline, notes: [...timeline.notes, CUT] };
}

interface Line {
  readonly line: string;
  /** From 1. */
  readonly number: number;
}

/** Those that have anything in them. */
async function* numbered(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Line, void> {
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() !== '') yield { line, number };
  }
}

async function resultIn(first: Line, rest: AsyncIterable<Line>, name: string): Promise<WrittenResult> {
  const parts = [first.line];
  let length = first.line.length;
  for await (const { line } of rest) {
    length += line.length;
    if (length > LONGEST_RESULT) break;
    parts.push(line);
  }
  let value: unknown;
  try {
    value = JSON.parse(parts.join('\n'));
  } catch {
    // What it is not is said below.
  }
  if (isResult(value)) return value;
  throw new UsageError(neither(first, name));
}

/** How the events of a file ended. */
interface End {
  /** The last line, where it was not whole. */
  cut?: Line;
}

/** @throws UsageError where a line is no event */
async function* eventsIn(
  first: RunEvent,
  rest: AsyncIterable<Line>,
  name: string,
  end: End,
): AsyncGenerator<RunEvent, void> {
  yield first;
  for await (const line of rest) {
    // A process that is killed may leave its last line unfinished. Where another follows, it was not the last.
    if (end.cut !== undefined) throw noEvent(end.cut, name);
    const event = eventIn(line.line);
    if (event !== undefined) yield event;
    else if (looksCut(line.line)) end.cut = line;
    else throw noEvent(line, name);
  }
}

function noEvent({ line, number }: Line, name: string): UsageError {
  return new UsageError(`${name}, line ${number}: this is no event of a run: ${shown(line)}`);
}

const CUT = 'The last line is not whole: whoever wrote it was stopped. The run may have gone on.';

/** The beginning of an object: nothing else is the rest of an event. */
function looksCut(line: string): boolean {
  return line.startsWith('{');
}

function shown(line: string): string {
  const text = line.trim();
  return `'${text.slice(0, 60)}${text.length > 60 ? '…' : ''}'`;
}

function neither({ line, number }: Line, name: string): string {
  if (/\.[cm]?[jt]sx?$/.test(name))
    return `${name} is a pipeline, not a run of one: wf-sdk run ${name} --events run.jsonl runs it, and wf-sdk timeline run.jsonl shows how that went`;
  return `${name} has neither events nor a result of a run; line ${number} is ${shown(line)}. ${HOW}.`;
}

/** As far as a timeline reads it. What a newer version tells of is an event, too, and is passed over. */
function eventIn(line: string): RunEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { type, run, at, task = '', item = 0, parent } = value;
  const isKnown =
    typeof type === 'string' && typeof run === 'string' && typeof at === 'number' && typeof task === 'string';
  if (!isKnown || typeof item !== 'number' || (parent !== undefined && !isObject(parent))) return undefined;
  // Its own fields were written by whoever wrote its type.
  return value as unknown as RunEvent;
}

function isResult(value: unknown): value is WrittenResult {
  if (!isObject(value)) return false;
  const { run, workflow, state, startedAt, endedAt, succeeded, total, tasks } = value;
  return (
    typeof run === 'string' &&
    typeof workflow === 'string' &&
    typeof state === 'string' &&
    typeof startedAt === 'number' &&
    typeof endedAt === 'number' &&
    typeof succeeded === 'number' &&
    typeof total === 'number' &&
    isObject(tasks) &&
    Object.values(tasks).every(isTask)
  );
}

function isTask(value: unknown): value is WrittenTask {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['state'] === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
