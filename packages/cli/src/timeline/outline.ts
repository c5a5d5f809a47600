import type { ItemSpan, RunSpan, Span, TaskSpan, Timeline, UnitSpan } from './timeline.ts';

/** A task or an item of one in the picture. */
export interface UnitRow {
  readonly kind: 'task' | 'item';
  readonly name: string;
  /** How deep below the first run it is; an item is below its task. */
  readonly depth: number;
  readonly span: UnitSpan;
  /** The task itself, or the one that the item is of. */
  readonly task: TaskSpan;
  /** Its item's number. */
  readonly item: number | undefined;
  /** It is on the critical path, of the first run or of one below that is on it. */
  readonly isCritical: boolean;
  /** The place of the row that it is below. */
  readonly parent: number | undefined;
}

/** Neighbouring rows that have no line each. */
export interface FoldedRow {
  readonly kind: 'folded';
  readonly depth: number;
  readonly rows: readonly UnitRow[];
  /** While any of them ran. */
  readonly busy: readonly Span[];
}

export type Row = UnitRow | FoldedRow;

/** Of a fanned-out task's items that failed, were tried again or ended it no more than this part of the lines. */
const ITEMS_SHARE = 4;

/**
 * The lines of a picture, in the order of time. Where there are more than `most`, those have a line that matter: what failed, goes on or
 * was on the critical path, then the longest.
 */
export function outline({ run }: Timeline, most: number): readonly Row[] {
  const rows: UnitRow[] = [];
  addRun(rows, run, { depth: 0, isCritical: true, parent: undefined, label: '' });
  if (rows.length <= most) return rows;
  const shown = choose(rows, most);
  const picture: Row[] = [];
  let hidden: UnitRow[] = [];
  const fold = (): void => {
    // A line for one is as long as a line about it.
    const [only] = hidden;
    if (only !== undefined) picture.push(hidden.length === 1 ? only : folded(hidden));
    hidden = [];
  };
  for (const [place, row] of rows.entries()) {
    if (!shown.has(place)) hidden.push(row);
    else {
      fold();
      picture.push(row);
    }
  }
  fold();
  return picture;
}

/** When it first and last did something. */
export function extentOf({ phases, endedAt }: UnitSpan): Span | undefined {
  const from = phases[0]?.from ?? endedAt;
  const to = phases.at(-1)?.to ?? endedAt;
  return from === undefined || to === undefined ? undefined : { from, to };
}

interface Place {
  readonly depth: number;
  readonly isCritical: boolean;
  readonly parent: number | undefined;
  /** Which of several runs of the same task it is in. */
  readonly label: string;
}

function addRun(rows: UnitRow[], { tasks, criticalPath }: RunSpan, place: Place): void {
  const { depth, isCritical, parent, label } = place;
  const lastItems = new Map(criticalPath.steps.map(({ task, item }) => [task, item]));
  for (const task of tasks) {
    const isOnPath = isCritical && lastItems.has(task.task);
    const name = `${label}${task.task}`;
    const row: UnitRow = {
      kind: 'task',
      name,
      depth,
      span: task,
      task,
      item: undefined,
      isCritical: isOnPath,
      parent,
    };
    const own = rows.push(row) - 1;
    addRuns(rows, task, { depth: depth + 1, isCritical: isOnPath, parent: own });
    for (const item of task.items)
      addItem(rows, task, item, {
        depth: depth + 1,
        isCritical: isOnPath && lastItems.get(task.task) === item.item,
        parent: own,
      });
  }
}

function addItem(rows: UnitRow[], task: TaskSpan, span: ItemSpan, place: Omit<Place, 'label'>): void {
  const { item } = span;
  const own = rows.push({ kind: 'item', name: `[${item}]`, span, task, item, ...place }) - 1;
  addRuns(rows, span, { ...place, depth: place.depth + 1, parent: own });
}

function addRuns(rows: UnitRow[], { runs }: UnitSpan, place: Omit<Place, 'label'>): void {
  for (const [index, run] of runs.entries()) {
    const label = runs.length > 1 ? `› #${index + 1} ` : '› ';
    // The attempt that counts made the last of them.
    addRun(rows, run, { ...place, label, isCritical: place.isCritical && index === runs.length - 1 });
  }
}

function choose(rows: readonly UnitRow[], most: number): ReadonlySet<number> {
  const lengths = rows.map(({ span }) => span.phases.reduce((sum, { from, to }) => sum + to - from, 0));
  const urgency = rows.map(urgencyOf);
  let itemsLeft = Math.ceil(most / ITEMS_SHARE);
  const longest = [...rows.keys()].sort((one, other) => (lengths[other] ?? 0) - (lengths[one] ?? 0));
  for (const place of longest) if (urgency[place] === URGENT_ITEM && itemsLeft-- <= 0) urgency[place] = ITEM;
  const ranked = longest.toSorted((one, other) => (urgency[one] ?? 0) - (urgency[other] ?? 0));
  const shown = new Set<number>();
  for (const place of ranked) {
    // Where not all have room, one of many that went as they should says nothing.
    if (urgency[place] === ITEM) break;
    const way: number[] = [];
    for (let at: number | undefined = place; at !== undefined && !shown.has(at); at = rows[at]?.parent)
      way.push(at);
    if (shown.size + way.length > most) continue;
    for (const at of way) shown.add(at);
    if (shown.size >= most) break;
  }
  return shown;
}

const [URGENT_TASK, URGENT_ITEM, TASK, BELOW, ITEM] = [0, 1, 2, 3, 4];

function urgencyOf({ kind, depth, span, isCritical }: UnitRow): number {
  const isUrgent = isCritical || span.state === 'failed' || isOpen(span);
  if (kind === 'item') return isUrgent || span.attempts > 1 ? URGENT_ITEM : ITEM;
  if (isUrgent) return URGENT_TASK;
  return depth === 0 ? TASK : BELOW;
}

/** Whether it has begun and not ended. */
function isOpen({ state, phases }: UnitSpan): boolean {
  switch (state) {
    case 'queued':
    case 'running':
    case 'retrying':
    case 'waiting':
      return phases.length > 0;
    case 'pending':
    case 'succeeded':
    case 'failed':
    case 'upstream_failed':
    case 'skipped':
    case 'cancelled':
      return false;
  }
}

function folded(rows: readonly UnitRow[]): FoldedRow {
  const runs = rows.flatMap(({ span }) => span.phases.filter(({ kind }) => kind === 'running'));
  return { kind: 'folded', depth: Math.min(...depthsOf(rows)), rows, busy: union(runs) };
}

function depthsOf(rows: readonly UnitRow[]): ReadonlySet<number> {
  return new Set(rows.map(({ depth }) => depth));
}

/** The times that any of these cover. */
export function union(spans: readonly Span[]): readonly Span[] {
  const covered: { from: number; to: number }[] = [];
  for (const { from, to } of spans.toSorted((one, other) => one.from - other.from)) {
    const last = covered.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else covered.push({ from, to });
  }
  return covered;
}
