import type { SourceLocation } from './load-error.ts';

const MAX_WIDTH = 100;

/** The line before, the line itself and a caret under the column; long lines are cut around the column. */
export function codeFrame(source: string, { line, column }: Pick<SourceLocation, 'line' | 'column'>): string {
  const lines = source.split(/\r\n|\n|\r/);
  const shown = lines[line - 1];
  if (shown === undefined) return '';
  const gutter = String(line).length;
  const from = Math.max(0, (column ?? 1) - MAX_WIDTH + 20);
  const row = (number: number, text: string, mark: string): string =>
    `${mark} ${String(number).padStart(gutter)} | ${cut(text, from)}`.trimEnd();
  const frame = [row(line, shown, '>')];
  const before = lines[line - 2];
  if (before !== undefined) frame.unshift(row(line - 1, before, ' '));
  if (column !== undefined) {
    // Tabs are kept so that the caret stays under its column whatever their width.
    const indent = shown.slice(from, column - 1).replaceAll(/[^\t]/g, ' ');
    frame.push(`  ${' '.repeat(gutter)} | ${from > 0 ? ' ' : ''}${indent}^`);
  }
  return frame.join('\n');
}

function cut(text: string, from: number): string {
  const end = from + MAX_WIDTH;
  return `${from > 0 ? '…' : ''}${text.slice(from, end)}${text.length > end ? '…' : ''}`;
}
