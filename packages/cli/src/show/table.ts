import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** A column of a table; `rank` says which ones go first where there is no room for all: the highest number. */
export interface Column<Row> {
  readonly title: string;
  readonly rank: number;
  /** Its text may be cut: down to this many columns of the terminal. @default it is never cut */
  readonly least?: number;
  readonly cell: (row: Row) => string;
  /** Its colour, which takes no room. */
  readonly paint?: (text: string, row: Row) => string;
}

const GAP = 2;

/** Rows in columns, no wider than that. Columns are left out, and what may be cut is cut, until they fit. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
  paintTitle: (text: string) => string,
): string {
  const shown = fitting(rows, columns, width);
  const title = shown.map(({ column, width: room }) => pad(column.title, room)).join(' '.repeat(GAP));
  const lines = rows.map((row) =>
    shown
      .map(({ column, width: room }) => {
        const text = pad(cliTruncate(column.cell(row), room), room);
        return column.paint?.(text, row) ?? text;
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
  return [paintTitle(title.trimEnd()), ...lines].join('\n');
}

interface Fitted<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

function fitting<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
): readonly Fitted<Row>[] {
  const wanted = columns.map((column) => ({
    column,
    width: Math.max(stringWidth(column.title), ...rows.map((row) => stringWidth(column.cell(row)))),
  }));
  for (let left = wanted; ;) {
    const least = left.map(({ column, width: full }) => Math.min(full, column.least ?? full));
    if (left.length === 1 || total(least) <= width) return cut(left, least, width);
    const lowest = Math.max(...left.map(({ column }) => column.rank));
    left = left.filter(({ column }) => column.rank < lowest);
  }
}

/** Those that may be cut share what is left, the first first. */
function cut<Row>(
  columns: readonly Fitted<Row>[],
  least: readonly number[],
  width: number,
): readonly Fitted<Row>[] {
  let spare = width - total(least);
  return columns.map(({ column, width: full }, place) => {
    const room = least[place] ?? full;
    const more = Math.max(0, Math.min(full - room, spare));
    spare -= more;
    return { column, width: room + more };
  });
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}
