import type { Ink } from './glyphs.ts';

/** The width of a picture, and where its bars are. */
export const WIDTH = 1180;
export const CHART: { readonly left: number; readonly width: number } = { left: 230, width: 660 };

interface Palette {
  readonly ground: string;
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly path: string;
}

export const LIGHT: Palette = {
  ground: '#ffffff',
  text: '#1f2328',
  faint: '#59636e',
  grid: '#e4e8ec',
  path: '#0b3d91',
};
export const DARK: Palette = {
  ground: '#0d1117',
  text: '#e6edf3',
  faint: '#9198a1',
  grid: '#262c36',
  path: '#a5c8ff',
};

/** Each ink on a light ground and on a dark one. */
export const FILLS: Readonly<Record<Ink, readonly [string, string]>> = {
  queued: ['#8c959f', '#6e7681'],
  running: ['#2da44e', '#3fb950'],
  failed: ['#cf222e', '#f85149'],
  lost: ['#8c959f', '#8b949e'],
  retrying: ['#d4a72c', '#d29922'],
  waiting: ['#54a0ff', '#58a6ff'],
  undoing: ['#8250df', '#a371f7'],
  interrupted: ['#8c959f', '#6e7681'],
  hidden: ['#b7dfc2', '#27533a'],
};

/** No longer than so many characters. */
export function clipped(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, Math.max(1, most - 1)).join('')}…`;
}
