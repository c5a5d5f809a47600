import type { Plan } from '@wf-sdk/core';
import { coloursFor } from '../show/colours.ts';

/** A line for the user. Standard output is the tasks' own. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** What is odd about a workflow but not wrong. */
export function sayWarnings({ warnings }: Plan): void {
  const colours = coloursFor(process.stderr);
  for (const { message } of warnings) say(colours.yellow(`warning: ${message}`));
}
