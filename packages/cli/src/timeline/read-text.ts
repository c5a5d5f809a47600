import type { RunEvent } from '@wf-sdk/core';
import { shorten } from '../input/shorten.ts';
import { readEvents } from '../keep/event-files.ts';
import { UsageError } from '../usage-error.ts';
import { timelineOf } from './from-events.ts';
import { timelineOfResult, type WrittenResult, type WrittenTask } from './from-result.ts';
import { type Pieces, Reread } from './reread.ts';
import type { Timeline } from './timeline.ts';

const HOW =
  'A timeline is drawn of the events of a run (wf-sdk run --events <file>), of its result (wf-sdk run --output <file>), or of a run that is kept (wf-sdk run --durable)';

/** A result is no longer than this, in characters; what is has no place in memory. */
const LONGEST_RESULT = 100_000_000;

/**
 * The timeline of a run whose events or whose result this text has. Events are read one by one, however many there are.
 *
 * @param pieces The text, however it is cut.
 * @param name What it is called in messages.
 * @throws UsageError where it is anything else
 */
export async function timelineOfText(pieces: Pieces, name: string): Promise<Timeline> {
  const source = new Reread(pieces);
  try {
    const events = readEvents(source, name);
    const first = await firstOf(events);
    if (first === undefined) return timelineOfResult(resultIn(await source.again(LONGEST_RESULT), name));
    source.forget();
    const end: End = { isCut: false };
    const timeline = await timelineOf(toItsEnd(first, events, end), { source: 'events' });
    if (timeline === undefined) throw new UsageError(`${name} has no events`);
    return end.isCut ? { ...timeline, notes: [...timeline.notes, CUT] } : timeline;
  } finally {
    await source.close();
  }
}

type Events = ReturnType<typeof readEvents>;

/** Nothing, where the text does not begin with an event: it may be a result. */
async function firstOf(events: Events): Promise<RunEvent | undefined> {
  try {
    const { done, value } = await events.next();
    return done === true ? undefined : value;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** How the events of a file ended. */
interface End {
  /** Whether the last line was not whole. */
  isCut: boolean;
}

async function* toItsEnd(first: RunEvent, rest: Events, end: End): AsyncGenerator<RunEvent, void> {
  yield first;
  end.isCut = (yield* rest) !== undefined;
}

const CUT = 'The last line is not whole: whoever wrote it was stopped. The run may have gone on.';

function resultIn(text: string, name: string): WrittenResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What it is not is said below.
  }
  if (isResult(value)) return value;
  const begin = text.search(/\S/);
  if (begin === -1) throw new UsageError(`${name} is empty: it has no events yet. ${HOW}.`);
  const [line = ''] = text.slice(begin).split('\n', 1);
  throw new UsageError(neither(line, text.slice(0, begin).split('\n').length, name));
}

/** So much of a line is shown. */
const SHOWN = 60;

function neither(line: string, number: number, name: string): string {
  if (/\.[cm]?[jt]sx?$/.test(name))
    return `${name} is a pipeline, not a run of one: wf-sdk run ${name} --events run.jsonl runs it, and wf-sdk timeline run.jsonl shows how that went`;
  return `${name} has neither events nor a result of a run; line ${number} is '${shorten(line.trim(), SHOWN)}'. ${HOW}.`;
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
