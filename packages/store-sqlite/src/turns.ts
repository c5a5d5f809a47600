import type { Database, Statement } from './driver/database.ts';

/** Which pending runs start: so many of each workflow are active at once. Each method is one step of a transaction. */
export class Turns {
  readonly #head: Statement;
  readonly #ahead: Statement;
  readonly #start: Statement;

  constructor(database: Database) {
    this.#head = database.prepare('SELECT number, workflow, state, owner FROM run WHERE id = ?');
    // The first condition is the one of the index of runs that have not ended.
    this.#ahead = database.prepare(
      `SELECT id FROM run
       WHERE state IN ('pending', 'running', 'waiting') AND workflow = ? AND number <> ?
         AND (state <> 'pending' OR (number < ? AND until > ?))
       ORDER BY number`,
    );
    this.#start = database.prepare("UPDATE run SET state = 'running', wake_at = NULL WHERE number = ?");
  }

  /** @returns The runs it has to wait for, none where it is active; `undefined` where another has its lease. */
  start(id: string, owner: string, limit: number, now: number): readonly string[] | undefined {
    const head = this.#head.all([id])[0];
    if (head === undefined || head['owner'] !== owner) return undefined;
    const [number, state] = [Number(head['number']), head['state']];
    if (state === 'running' || state === 'waiting') return [];
    const ahead = this.#ahead.all([String(head['workflow']), number, number, now]);
    if (ahead.length >= limit) return ahead.map((row) => String(row['id']));
    this.#start.run([number]);
    return [];
  }
}
