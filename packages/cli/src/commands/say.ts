import type { LogLevel, Plan } from '@wf-sdk/core';
import { coloursFor } from '../show/colours.ts';
import { type LogFormat, logText } from '../show/log-lines.ts';

let format: LogFormat = 'pretty';

/** How the command speaks from now on. A process is one command. @default 'pretty' */
export function speakAs(wanted: LogFormat = 'pretty'): void {
  format = wanted;
}

/** A line for the user. Standard output is the tasks' own. */
export function say(text: string, level: LogLevel = 'info'): void {
  process.stderr.write(format === 'pretty' ? `${text}\n` : `${logText(Date.now(), level, text)}\n`);
}

/** What is odd about a workflow but not wrong. */
export function sayWarnings({ warnings }: Plan): void {
  const colours = coloursFor(process.stderr);
  for (const { message } of warnings) say(colours.yellow(`warning: ${message}`), 'warn');
}
