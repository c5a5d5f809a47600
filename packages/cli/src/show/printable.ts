import { stripVTControlCharacters } from 'node:util';

/**
 * A task's own words as they can stand among lines of ours: nothing in them moves the cursor, clears the screen or rings.
 *
 * @param margin What stands before every further line.
 */
export function printable(text: string, margin: string): string {
  // Every control character but the two that only lay out text.
  const clean = stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\n\t]/gu, '');
  return clean.trimEnd().replaceAll('\n', `\n${margin}`);
}

/** A text of the user's as one line that draws nothing but itself. */
export function plainLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\s+|\p{Cc}/gu, ' ')
    .replaceAll(/\p{Surrogate}/gu, '\uFFFD')
    .trim();
}
