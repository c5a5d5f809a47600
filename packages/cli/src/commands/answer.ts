import { findJsonError } from '../input/find-json-error.ts';

/** What a person said about a task that waits; or that it was not understood, and why. */
export type Answer =
  | { readonly decision: 'approve'; readonly value: unknown }
  /** Approved, but the value is still to be asked for. */
  | { readonly decision: 'approve_with' }
  | { readonly decision: 'retry' }
  | { readonly decision: 'skip' }
  | { readonly decision: 'fail'; readonly error: Error | undefined }
  | { readonly problem: string };

/** Reads `a {"paid":true}`, `retry`, `s` or `fail too late`. */
export function readAnswer(line: string): Answer {
  const [, word = '', rest = ''] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(line) ?? [];
  switch (word.toLowerCase()) {
    case 'a':
    case 'approve':
      return rest === '' ? { decision: 'approve_with' } : readValue(rest);
    case 'r':
    case 'retry':
      return alone(rest, { decision: 'retry' });
    case 's':
    case 'skip':
      return alone(rest, { decision: 'skip' });
    case 'f':
    case 'fail':
      return { decision: 'fail', error: rest === '' ? undefined : new Error(rest) };
    default:
      return { problem: 'answer with a, r, s or f' };
  }
}

/**
 * The value of an approval: JSON, or nothing.
 *
 * @param quote How a value is written where this one comes from. @default as it is
 */
export function readValue(text: string, quote: (json: string) => string = (json) => json): Answer {
  if (text.trim() === '') return { decision: 'approve', value: undefined };
  try {
    return { decision: 'approve', value: JSON.parse(text) as unknown };
  } catch {
    return { problem: `${text} is not JSON${hintFor(text, quote)}` };
  }
}

/** As an argument of a command: a shell takes quotes away, unless there are others around them. */
export function quoteForShell(json: string): string {
  return `'${json.replaceAll("'", String.raw`'\''`)}'`;
}

/** What begins as an object, a list or a text was meant to be JSON; anything else was meant as a text. */
function hintFor(text: string, quote: (json: string) => string): string {
  if (!/^\s*[[{"]/.test(text)) return `; a text goes in quotes: ${quote(JSON.stringify(text))}`;
  const { offset, reason } = findJsonError(text) ?? { offset: 0, reason: 'a value expected' };
  return `: ${reason}${offset < text.length ? `, not ${text.slice(offset)}` : ''}`;
}

function alone(rest: string, answer: Answer): Answer {
  return rest === ''
    ? answer
    : { problem: `${rest} has no meaning here: only a and f take more than a letter` };
}
