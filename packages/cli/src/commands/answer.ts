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

/** The value of an approval: JSON, or nothing. */
export function readValue(text: string): Answer {
  if (text.trim() === '') return { decision: 'approve', value: undefined };
  try {
    return { decision: 'approve', value: JSON.parse(text) as unknown };
  } catch {
    return {
      problem: `${text} is not JSON; a text goes in quotes: "${text.replaceAll('"', String.raw`\"`)}"`,
    };
  }
}

function alone(rest: string, answer: Answer): Answer {
  return rest === ''
    ? answer
    : { problem: `${rest} has no meaning here: only a and f take more than a letter` };
}
