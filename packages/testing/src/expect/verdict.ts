/** What a matcher found: the object that the `expect.extend` of vitest and jest wants. */
export interface Verdict {
  readonly pass: boolean;
  /** Why the assertion failed: why it did not pass, or under `.not` why it did. */
  readonly message: () => string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

/**
 * Looks at a workflow's plan or at a run's result. Under `.not` an assertion about several tasks is about each of them:
 * it fails if one of them passes, while otherwise all have to.
 */
export type Check<Subject> = (subject: Subject, negated: boolean, ...args: never[]) => Verdict;

/** A message has no more lines of a drawing than this: what is marked is cut down before, as a rule to fewer. */
const MOST_LINES = 80;

/** A sentence, and the drawing with the point marked. */
export function explain(sentence: string, drawing: string): string {
  const lines = drawing.split('\n');
  const rest = lines.length - MOST_LINES;
  if (rest > 0) lines.splice(MOST_LINES, rest, `⋮ (${rest} more)`);
  return `${sentence}\n\n${lines.join('\n')}\n`;
}

/** `'a'`, `'a' and 'b'`, `'a', 'b' and 'c'`; `nothing`. */
export function list(ids: readonly string[]): string {
  const quoted = ids.map((id) => `'${id}'`);
  if (quoted.length < 2) return quoted[0] ?? 'nothing';
  return `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1) ?? ''}`;
}
