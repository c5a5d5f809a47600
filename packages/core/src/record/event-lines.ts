import type { RunEvent } from '../model/event.ts';

/** What a file is read as: pieces of its text, however it is cut. */
type Pieces = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/**
 * Reads events as `--json` prints and `--events` writes them: JSON, one on each line. Values are as JSON has them, an error is
 * an object with `name`, `message` and `stack`. A last line that is not finished, because what wrote it was killed or still
 * writes, is passed over. Types and fields that this version does not know are given as they are.
 *
 * @param source A file as it is read, `createReadStream(path)`; standard input; or text in an array.
 * @returns That last line, as far as it goes, where there is one: `const rest = yield* readEventLines(source)`.
 * @throws SyntaxError with the number of the line, where another line is no event, or the last is not the beginning of one.
 */
export async function* readEventLines(source: Pieces): AsyncGenerator<RunEvent, string | undefined> {
  const decoder = new TextDecoder();
  let number = 0;
  let rest: string[] = [];
  for await (const piece of source) {
    const text = typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      number++;
      const event = eventOf(rest.join('') + line, number);
      rest = [];
      if (event !== undefined) yield event;
    }
    // A line may come in many pieces: it is put together once.
    rest.push(last);
  }
  const end = rest.join('') + decoder.decode();
  if (isUnfinished(end)) return end;
  // A line without its end is whole where it is an event all the same: no beginning of one is.
  const event = eventOf(end, number + 1);
  if (event !== undefined) yield event;
  return undefined;
}

/** Nothing, where the line is empty. */
function eventOf(line: string, number: number): RunEvent | undefined {
  if (line.trim() === '') return undefined;
  const { value, ...why } = parse(line);
  if (isEvent(value)) return value;
  throw new SyntaxError(`line ${number} is no event of a run, but '${shorten(line.trim())}'`, why);
}

function isUnfinished(line: string): boolean {
  return line.startsWith('{') && 'cause' in parse(line);
}

function parse(line: string): { readonly value?: unknown; readonly cause?: unknown } {
  try {
    return { value: JSON.parse(line) };
  } catch (cause) {
    return { cause };
  }
}

/** What all events have, and which task, item and run above it they are about: what else there is, its type says. */
function isEvent(value: unknown): value is RunEvent {
  if (!isObject(value)) return false;
  const { type, run, at, task = '', item = 0, parent = {} } = value;
  return (
    typeof type === 'string' &&
    typeof run === 'string' &&
    typeof at === 'number' &&
    typeof task === 'string' &&
    typeof item === 'number' &&
    isObject(parent)
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** So much of a line that is wrong is shown. */
const SHOWN = 60;

function shorten(line: string): string {
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}
