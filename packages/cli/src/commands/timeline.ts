import { createReadStream, statSync } from 'node:fs';
import path from 'node:path';
import { EXIT } from '../exit-codes.ts';
import { findRun } from '../keep/find-run.ts';
import { type StoreFlags, withStore } from '../keep/open-store.ts';
import { coloursFor } from '../show/colours.ts';
import { toJsonText } from '../show/event-json.ts';
import { ASCII, UNICODE, wantsAscii } from '../timeline/glyphs.ts';
import { toTimelineHtml } from '../timeline/html.ts';
import { timelineOfKept } from '../timeline/read-kept.ts';
import { timelineOfText } from '../timeline/read-text.ts';
import { toTimelineSvg } from '../timeline/svg.ts';
import { toTimelineText } from '../timeline/text.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { UsageError } from '../usage-error.ts';
import { writeWhole } from './output-files.ts';
import { print } from './print.ts';
import type { TIMELINE_FORMATS } from './timeline-command.ts';

type Format = (typeof TIMELINE_FORMATS)[number];

interface TimelineFlags extends StoreFlags {
  readonly format?: Format;
  readonly output?: string;
  readonly all?: true;
  readonly ascii?: true;
}

/** So many tasks and items have a line where not all are asked for: as many as can be taken in at a look. */
const MOST_LINES = { text: 30, svg: 60, html: 60 } as const;
/** Where there is no terminal that has a width. */
const COLUMNS = 100;

/** `wf-sdk timeline <source>`: how a run went in time. Gives the exit code. */
export async function showTimeline(source: string, flags: TimelineFlags): Promise<number> {
  const { output } = flags;
  const format = flags.format ?? formatOf(output);
  if (flags.ascii === true && format !== 'text')
    throw new UsageError(`--ascii is for --format text; --format ${format} has no need of it`);
  const timeline = await read(source, flags);
  const drawing = draw(timeline, format, flags);
  if (output === undefined) print(drawing);
  else writeWhole(output, `${drawing}\n`);
  return EXIT.succeeded;
}

/** What the name of a file says of its format. @throws UsageError where it says one that there is not */
function formatOf(output: string | undefined): Format {
  const extension = path.extname(output ?? '');
  switch (extension.toLowerCase()) {
    case '.svg':
      return 'svg';
    case '.html':
    case '.htm':
      return 'html';
    case '.json':
      return 'json';
    case '.txt':
    case '':
      return 'text';
    default:
      throw new UsageError(
        `--output ${output ?? ''}: a timeline is drawn as .svg, .html, .json or .txt, not as ${extension}; --format says what is written there, whatever the name`,
      );
  }
}

/** A file where there is one, unless a store is named; else a run. */
async function read(source: string, flags: TimelineFlags): Promise<Timeline> {
  if (flags.store === undefined) {
    if (source === '-') return timelineOfText(process.stdin, 'standard input');
    const stats = statSync(source, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true && looksLikeFile(source))
      throw new UsageError(`${source} is a folder: name a file of events or a result, or a run`);
    if (stats?.isDirectory() === false) return readFile(source);
    if (looksLikeFile(source))
      throw new UsageError(
        `there is no file ${source}: wf-sdk run --events <file> writes the events of a run, and --output <file> its result; a run that is kept is named by its ID, or by latest`,
      );
  }
  return withStore(flags, 'read', async (store) =>
    timelineOfKept(store, await findRun(store, source), Date.now()),
  );
}

function looksLikeFile(source: string): boolean {
  return /[/\\]|\.(?:json|jsonl|ndjson|log|txt|[cm]?[jt]sx?)$/i.test(source);
}

async function readFile(file: string): Promise<Timeline> {
  try {
    return await timelineOfText(createReadStream(file), file);
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new UsageError(`${file} cannot be read: ${error.message}`);
  }
}

function draw(timeline: Timeline, format: Format, { all, ascii, output }: TimelineFlags): string {
  const most = (lines: number): number => (all === true ? Number.POSITIVE_INFINITY : lines);
  switch (format) {
    case 'text':
      return toTimelineText(timeline, {
        columns: (output === undefined && process.stdout.isTTY && process.stdout.columns) || COLUMNS,
        most: most(MOST_LINES.text),
        // A file is no terminal, whatever the environment wants of one.
        colours: output === undefined ? coloursFor(process.stdout) : coloursFor({}, {}),
        glyphs: ascii === true || wantsAscii() ? ASCII : UNICODE,
      });
    case 'svg':
      return toTimelineSvg(timeline, { most: most(MOST_LINES.svg) });
    case 'html':
      return toTimelineHtml(timeline, { most: most(MOST_LINES.html) });
    case 'json':
      return toJsonText(timeline, 2);
  }
}
