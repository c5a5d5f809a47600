/** Which attempt runs a run: of a task, or of an item of it. */
export interface ChildPlace {
  readonly task: string;
  readonly item: number | undefined;
  readonly attempt: number;
  /** How often the run above had been retried by then. */
  readonly retries: number;
}

/**
 * The ID of a run below another: made from its parent's, so that it is the same whenever that attempt is made, and by signs that
 * no task's ID has, so that no two are the same.
 */
export function childIdOf(parent: string, { task, item, attempt, retries }: ChildPlace): string {
  const place = item === undefined ? '' : `[${item}]`;
  // Attempts are counted anew in a run that is retried: what a task ran before that has ended.
  const again = retries > 0 ? `~${attempt}.${retries}` : attempt > 1 ? `~${attempt}` : '';
  return `${parent}~${task}${place}${again}`;
}

/** Which attempt runs the run of this ID; undefined where it was not named after one. */
export function placeOf(parent: string, id: string): ChildPlace | undefined {
  const found = /^([^~[]+)(?:\[(\d+)\])?(?:~(\d+)(?:\.(\d+))?)?$/.exec(id.slice(parent.length + 1));
  const [, task, item, attempt = '1', retries = '0'] = found ?? [];
  if (task === undefined || !id.startsWith(`${parent}~`)) return undefined;
  return {
    task,
    item: item === undefined ? undefined : Number(item),
    attempt: Number(attempt),
    retries: Number(retries),
  };
}
