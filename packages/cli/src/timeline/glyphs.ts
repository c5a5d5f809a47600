import type { TaskState } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import type { Phase, PhaseKind } from './timeline.ts';

type Colour = (colours: Colors, text: string) => string;

/** What one column of a bar shows: a phase, an attempt that came to nothing, or that one of many hidden lines ran. */
export type Ink = PhaseKind | 'failed' | 'lost' | 'hidden';

/** The characters of a picture. */
export interface Glyphs {
  readonly inks: Readonly<Record<Ink, string>>;
  readonly states: Readonly<Record<TaskState, string>>;
  readonly critical: string;
  readonly cut: string;
  readonly folded: string;
  readonly below: string;
  /** What else is in a line, in these characters alone. */
  fit(line: string): string;
}

export const UNICODE: Glyphs = {
  inks: {
    queued: '·',
    running: '█',
    failed: '▓',
    lost: '▒',
    retrying: '╌',
    waiting: '─',
    undoing: '◂',
    interrupted: '×',
    hidden: '▒',
  },
  states: {
    pending: '·',
    queued: '·',
    running: '▸',
    retrying: '↻',
    waiting: '◔',
    succeeded: '✔',
    failed: '✖',
    upstream_failed: '⊘',
    skipped: '○',
    cancelled: '◼',
  },
  critical: '◆',
  cut: '≈',
  folded: '⋮',
  below: '› ',
  fit: (line) => line,
};

export const ASCII: Glyphs = {
  inks: {
    queued: '.',
    running: '#',
    failed: 'x',
    lost: '?',
    retrying: '-',
    waiting: '_',
    undoing: '<',
    interrupted: '!',
    hidden: '%',
  },
  states: {
    pending: '.',
    queued: '.',
    running: '>',
    retrying: '~',
    waiting: '~',
    succeeded: '+',
    failed: 'x',
    upstream_failed: '/',
    skipped: 'o',
    cancelled: 'c',
  },
  critical: '*',
  cut: '~',
  folded: ':',
  below: '> ',
  fit: (line) =>
    line
      .replaceAll('…', '~')
      .replaceAll('·', '-')
      .replaceAll(/\P{ASCII}/gu, '?'),
};

const INK_COLOURS: Readonly<Record<Ink, Colour>> = {
  queued: (colours, text) => colours.dim(text),
  running: (colours, text) => colours.green(text),
  failed: (colours, text) => colours.red(text),
  lost: (colours, text) => colours.dim(text),
  retrying: (colours, text) => colours.yellow(text),
  waiting: (colours, text) => colours.cyan(text),
  undoing: (colours, text) => colours.magenta(text),
  interrupted: (colours, text) => colours.dim(text),
  hidden: (colours, text) => colours.dim(text),
};

export function paintInk(ink: Ink, text: string, colours: Colors): string {
  return INK_COLOURS[ink](colours, text);
}

/** What a phase is drawn with. */
export function inkOf({ kind, end }: Phase): Ink {
  if (kind !== 'running' && kind !== 'undoing') return kind;
  if (end === 'failed') return 'failed';
  return end === 'lost' ? 'lost' : kind;
}

/** What an ink means, for the legend. */
export const INK_WORDS: Readonly<Record<Ink, string>> = {
  queued: 'queued',
  running: 'running',
  failed: 'an attempt that failed',
  lost: 'an attempt lost with its process',
  retrying: 'waiting to retry',
  waiting: 'waiting',
  undoing: 'undoing',
  interrupted: 'no process drove it',
  hidden: 'lines left out that ran',
};

/**
 * Whether only ASCII can be shown: where the locale says so. One that says nothing, as in many containers, is taken to be
 * UTF-8.
 */
export function wantsAscii(env: NodeJS.ProcessEnv = process.env): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((one) => one !== undefined && one !== '');
  return locale !== undefined && !/utf-?8/i.test(locale) && process.platform !== 'win32';
}
