import { canonical } from '../codec/canonical.ts';
import { decode, encode } from '../codec/codec.ts';
import { digest } from '../execute/digest.ts';
import type { CachePolicy } from '../model/cache.ts';
import type { PlannedTask } from '../model/plan.ts';
import type { Store } from '../model/store.ts';
import type { OutputCache } from '../runtime/cache-gate.ts';

/** Raise when what a key is made of changes, so that no output is found that was kept under another meaning. */
const FORMAT = 1;

/** The outputs that a store keeps of one workflow's tasks, for later runs. */
export class TaskCache implements OutputCache {
  readonly #store: Store;
  readonly #workflow: string;
  readonly #writes = new Set<Promise<void>>();

  constructor(store: Store, workflow: string) {
    this.#store = store;
    this.#workflow = workflow;
  }

  keyOf({ id }: PlannedTask, { key, code }: CachePolicy, data: unknown): string {
    const [value, subject, name] =
      key === undefined
        ? [data, `what task '${id}' reads, and .cache() without a key goes by,`, 'data']
        : [key(data as never), `the cache key of task '${id}'`, 'key'];
    const scope = JSON.stringify([FORMAT, this.#workflow, id, code]);
    return digest(`${scope}\n${canonical(value, subject, name)}`);
  }

  async find(
    key: string,
    { ttlMs }: CachePolicy,
    now: number,
  ): Promise<{ readonly output: unknown } | undefined> {
    const entry = await this.#store.cached(key, now);
    // It may have been kept before the task had a limit, or had this one.
    if (entry === undefined || (ttlMs !== undefined && entry.storedAt + ttlMs <= now)) return undefined;
    return { output: decode(entry.body, `the cached output of task '${entry.task}'`) };
  }

  async keep(
    key: string,
    { id }: PlannedTask,
    { ttlMs }: CachePolicy,
    output: unknown,
    now: number,
  ): Promise<void> {
    const write = this.#store.cache({
      key,
      task: id,
      workflow: this.#workflow,
      storedAt: now,
      ...(ttlMs !== undefined && { expiresAt: now + ttlMs }),
      body: encode(output, `the output of task '${id}'`, 'output'),
    });
    this.#writes.add(write);
    try {
      await write;
    } finally {
      this.#writes.delete(write);
    }
  }

  /** All that was to be kept is, or cannot be. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#writes);
  }
}
