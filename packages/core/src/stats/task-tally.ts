import { type Distribution, Values } from './distribution.ts';
import { errorKind, type ErrorKind } from '../model/error-kind.ts';
import type { PathShare, TaskStats } from './stats.ts';

/** So many kinds of errors are counted of a task: where there are more, names or codes are made up as they come. */
const MOST_KINDS = 100;
/** So many are told. */
const TOLD = 5;
const MOST_POOLS = 10;

type Counts = Pick<
  TaskStats,
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'upstreamFailed'
  | 'cancelled'
  | 'cached'
  | 'stoodIn'
  | 'attempts'
  | 'retries'
  | 'timeouts'
  | 'slaMissed'
  | 'items'
  | 'itemsFailed'
  | 'itemsCached'
>;

/** What is counted of one task over all runs. */
export class TaskTally {
  readonly #task: string;
  readonly counts: { -readonly [Name in keyof Counts]: number } = {
    succeeded: 0,
    failed: 0,
    skipped: 0,
    upstreamFailed: 0,
    cancelled: 0,
    cached: 0,
    stoodIn: 0,
    attempts: 0,
    retries: 0,
    timeouts: 0,
    slaMissed: 0,
    items: 0,
    itemsFailed: 0,
    itemsCached: 0,
  };
  readonly durations: Values = new Values();
  readonly attempts: Values = new Values();
  readonly queued: Values = new Values();
  readonly path: { -readonly [Name in keyof Omit<PathShare, 'share'>]: number } = {
    runs: 0,
    ms: 0,
    queuedMs: 0,
    admissionMs: 0,
    waitingMs: 0,
    retryingMs: 0,
  };
  readonly #pools = new Set<string>();
  readonly #errors = new Map<string, ErrorKind & { count: number }>();

  constructor(task: string) {
    this.#task = task;
  }

  queueFor(pools: readonly string[]): void {
    for (const pool of pools) if (this.#pools.size < MOST_POOLS) this.#pools.add(pool);
  }

  addError(error: unknown): void {
    const kind = errorKind(error);
    if (isTimeout(kind)) this.counts.timeouts++;
    const key = `${kind.name} ${kind.code ?? ''}`;
    const known = this.#errors.get(key);
    if (known !== undefined) known.count++;
    else if (this.#errors.size < MOST_KINDS) this.#errors.set(key, { ...kind, count: 1 });
  }

  /** @param pathMs The length of all critical paths together. */
  stats(pathMs: number): TaskStats {
    const { succeeded, failed } = this.counts;
    const errors = [...this.#errors.values()].toSorted((one, other) => other.count - one.count);
    return {
      task: this.#task,
      ...this.counts,
      ...rate('errorRate', failed, succeeded + failed),
      ...present('durationMs', this.durations),
      ...present('attemptMs', this.attempts),
      ...present('queuedMs', this.queued),
      pools: [...this.#pools],
      errors: errors.slice(0, TOLD).map((kind) => ({ ...kind })),
      path: { ...this.path, share: pathMs === 0 ? 0 : this.path.ms / pathMs },
    };
  }
}

/** The errors of our own limits: others may be called so, but have no such code. */
const TIMEOUTS: ReadonlySet<string | undefined> = new Set(['timeout', 'deadline_exceeded', 'queue_timeout']);
const TIMEOUT_NAMES: ReadonlySet<string> = new Set(['TimeoutError', 'DeadlineError', 'QueueTimeoutError']);

function isTimeout({ name, code }: ErrorKind): boolean {
  return TIMEOUT_NAMES.has(name) && TIMEOUTS.has(code);
}

/** A share under its name, where there is a whole. */
export function rate<Name extends string>(
  name: Name,
  part: number,
  whole: number,
): { readonly [Key in Name]?: number } {
  return whole === 0 ? {} : ({ [name]: part / whole } as { [Key in Name]: number });
}

/** A distribution under its name, where there are values. */
export function present<Name extends string>(
  name: Name,
  values: Values,
): { readonly [Key in Name]?: Distribution } {
  const distribution = values.distribution();
  return distribution === undefined ? {} : ({ [name]: distribution } as { [Key in Name]: Distribution });
}
