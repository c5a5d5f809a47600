/** Remarks by task: these lines are what a drawing is looked at for. */
export type Marks = Readonly<Record<string, string>>;

export interface DrawOptions {
  /**
   * Marks the lines of these tasks, each with a remark behind it (`''` for none). A long drawing is then cut down to what
   * surrounds them.
   * @default no marks, and all lines
   */
  readonly marks?: Marks;
}

/** A line of a drawing, and the task it is about. */
export interface Line {
  readonly task: string;
  readonly text: string;
}

/** A drawing with marks has no more lines than this, unless more are marked. */
const MOST_LINES = 40;
/** So many lines to either side of a mark are shown, if there is room. */
const WIDEST_SURROUNDINGS = 6;

/** The lines as they are printed: as they are without marks, else marked and cut down. */
export function markLines(lines: readonly Line[], marks: Marks = {}): readonly string[] {
  const marked = new Map(Object.entries(marks));
  if (marked.size === 0) return lines.map(({ text }) => text);
  const printed = lines.map(({ task, text }) => {
    const remark = marked.get(task);
    if (remark === undefined) return `  ${text}`;
    return remark === '' ? `▶ ${text}` : `▶ ${text}  ← ${remark}`;
  });
  if (lines.length <= MOST_LINES) return printed;
  const places = [...lines.keys()].filter((place) => marked.has(lines[place]?.task ?? ''));
  return cut(printed, surroundings(places, lines.length));
}

/** The lines to keep: the marked ones with as many around them as there is room for. */
function surroundings(places: readonly number[], size: number): ReadonlySet<number> {
  let kept = new Set(places);
  for (let width = 1; width <= WIDEST_SURROUNDINGS; width++) {
    const wider = new Set<number>();
    for (const place of places)
      for (let line = place - width; line <= place + width; line++)
        if (line >= 0 && line < size) wider.add(line);
    if (wider.size > MOST_LINES) break;
    kept = wider;
  }
  return kept;
}

function cut(lines: readonly string[], kept: ReadonlySet<number>): readonly string[] {
  const shown: string[] = [];
  let leftOut = 0;
  const sayLeftOut = (): void => {
    if (leftOut > 0) shown.push(`  ⋮ (${leftOut} more)`);
    leftOut = 0;
  };
  for (const [place, line] of lines.entries()) {
    if (!kept.has(place)) leftOut++;
    else {
      sayLeftOut();
      shown.push(line);
    }
  }
  sayLeftOut();
  return shown;
}
