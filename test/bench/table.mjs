/**
 * A row: what was measured as it is to be read, and, where there is a target, the figure that it holds for.
 *
 * @typedef {{ readonly most: number } | { readonly least: number }} Target
 * @typedef {{ readonly label: string, readonly measured: string, readonly figure?: number, readonly unit?: string, readonly target?: Target }} Row
 * @typedef {{ readonly title: string, readonly rows: readonly Row[] }} Table
 */

/** How much a shared machine is forgiven where a check decides. */
const TOLERANCE = 1.5;

/** @param {Row} row */
export function isMissed(row) {
  return factorOver(row) > 1;
}

/**
 * Missed by more than what noise explains. How much more another library costs is shown, but fails no check: it may
 * have become faster.
 *
 * @param {Row} row
 */
export function isFailed(row) {
  return row.target !== undefined && 'most' in row.target && factorOver(row) > TOLERANCE;
}

/**
 * Of two measurements of a table the better one of each row: what disturbs a measurement only ever makes it worse.
 *
 * @param {Table} one
 * @param {Table} other
 * @returns {Table}
 */
export function bestOf(one, other) {
  const rows = one.rows.map((row, place) => {
    const again = other.rows[place];
    return again !== undefined && factorOver(again) < factorOver(row) ? again : row;
  });
  return { title: one.title, rows };
}

/** The figure as a part of what is allowed: above 1 the target is missed. @param {Row} row */
function factorOver({ figure, target }) {
  if (figure === undefined || target === undefined) return 0;
  if (Number.isNaN(figure)) return Infinity;
  return 'most' in target ? figure / target.most : target.least / figure;
}

/** @param {Table} table @returns {string} */
export function toText({ title, rows }) {
  const cells = rows.map((row) => [
    row.label,
    row.measured,
    shownFigure(row),
    shownTarget(row),
    verdict(row),
  ]);
  const head = [title, 'measured', 'figure', 'target', ''];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...cells].map((line) => line[column]?.length ?? 0)),
  );
  /** @param {readonly string[]} line */
  const join = (line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [join(head), '-'.repeat(join(head).length), ...cells.map(join)].join('\n');
}

/** @param {Row} row */
function shownFigure({ figure, unit }) {
  return figure === undefined ? '' : show(figure, unit);
}

/** @param {Row} row */
function shownTarget({ target, unit }) {
  if (target === undefined) return '';
  return 'most' in target ? `≤ ${show(target.most, unit)}` : `≥ ${show(target.least, unit)}`;
}

/** @param {Row} row */
function verdict(row) {
  if (row.target === undefined) return '';
  return isFailed(row) ? 'FAILED' : isMissed(row) ? 'missed' : 'ok';
}

/** @param {number} value @param {string} [unit] */
function show(value, unit = '') {
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
  return `${value.toLocaleString('en-US', { maximumFractionDigits: digits })}${unit}`;
}
