/** The lines of a drawing without what an editor or a template literal adds around them. */
export function toLines(drawing: string): readonly string[] {
  const lines = drawing.split(/\r?\n/).map((line) => line.trimEnd());
  const isFilled = (line: string): boolean => line !== '';
  const filled = lines.slice(lines.findIndex(isFilled), lines.findLastIndex(isFilled) + 1);
  const margins = filled.filter(isFilled).map((line) => line.length - line.trimStart().length);
  const margin = margins.length === 0 ? 0 : Math.min(...margins);
  return filled.map((line) => line.slice(margin));
}

/** So many equal lines are shown around each that differs. */
const AROUND = 3;

/** Two texts, line by line: `-` only in the first, `+` only in the second. Long equal stretches are left out. */
export function diffLines(before: readonly string[], after: readonly string[]): string {
  const lines = merge(before, after);
  const isNear = (place: number): boolean =>
    lines.slice(Math.max(0, place - AROUND), place + AROUND + 1).some((line) => !line.startsWith(' '));
  const shown: string[] = [];
  let leftOut = 0;
  for (const [place, line] of [...lines, undefined].entries()) {
    if (line !== undefined && !isNear(place)) {
      leftOut++;
      continue;
    }
    if (leftOut > 0) shown.push(`  ⋮ (${leftOut} more)`);
    leftOut = 0;
    if (line !== undefined) shown.push(line);
  }
  return shown.join('\n');
}

/** The shortest list that has both: with the longest common run of lines, found from the end backwards. */
function merge(before: readonly string[], after: readonly string[]): readonly string[] {
  const common: number[][] = Array.from({ length: before.length + 1 }, () =>
    Array<number>(after.length + 1).fill(0),
  );
  const at = (row: number, column: number): number => common[row]?.[column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--)
    for (let column = after.length - 1; column >= 0; column--)
      (common[row] ?? [])[column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: string[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    if (row < before.length && column < after.length && before[row] === after[column]) {
      lines.push(`  ${before[row++] ?? ''}`);
      column++;
    } else if (column >= after.length || (row < before.length && at(row + 1, column) >= at(row, column + 1)))
      lines.push(`- ${before[row++] ?? ''}`);
    else lines.push(`+ ${after[column++] ?? ''}`);
  }
  return lines;
}
