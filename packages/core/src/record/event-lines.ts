import type { RunEvent } from '../model/event.ts';

/** What a file is read as: pieces of its text, however it is cut. */
type Pieces = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/**
 * Reads events as `--json` prints and `--events` writes them: JSON, one on each line. Values are as JSON has them, an error is
 * an object with `name`, `message` and `stack`. A last line that is not finished, because what wrote it was killed or still
 * writes, is passed over. Types and fields that this version does not know are given as they are.
 *
 * @param source A file as it is read, `createReadStream(path)`; standard input; or text in an array.
 * @throws SyntaxError with the number of the line, where another line is no event.
 */
export async function* readEventLines(source: Pieces): AsyncGenerator<RunEvent, void> {
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
  const end = unfinished(rest.join('') + decoder.decode());
  if (end !== undefined) yield end;
}

/** Nothing, where the line is empty. */
function eventOf(line: string, number: number): RunEvent | undefined {
  if (line.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new SyntaxError(`line ${number} is no event of a run, but ${shorten(line)}`, { cause: error });
  }
  if (isEvent(value)) return value;
  throw new SyntaxError(`line ${number} is no event of a run, but ${shorten(line)}`);
}

/** A line without its end is whole where it is an event all the same: no beginning of one is. */
function unfinished(line: string): RunEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEvent(value: unknown): value is RunEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { type, run, at } = value as Record<string, unknown>;
  return typeof type === 'string' && typeof run === 'string' && typeof at === 'number';
}

/** So much of a line that is wrong is shown. */
const SHOWN = 60;

function shorten(line: string): string {
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}
