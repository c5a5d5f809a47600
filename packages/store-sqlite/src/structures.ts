import type { Database, Statement } from './driver/database.ts';
import { blobName } from './blobs.ts';

/** The structure of a run, as an expression over its row. Runs of stores of early versions have it themselves. */
export const STRUCTURE = 'coalesce((SELECT text FROM structure WHERE place = shape), structure)';

/**
 * The structures of workflows: each is kept once, however many runs are under it, and apart from the runs, whose rows are
 * written all the time. Each method is one step of a transaction.
 */
export class Structures {
  readonly #add: Statement;
  readonly #find: Statement;
  readonly #drop: Statement;

  constructor(database: Database) {
    this.#add = database.prepare(
      'INSERT INTO structure (hash, text) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING',
    );
    this.#find = database.prepare('SELECT place FROM structure WHERE hash = ?');
    this.#drop = database.prepare(
      'DELETE FROM structure WHERE place = ? AND NOT EXISTS (SELECT 1 FROM run WHERE shape = ?)',
    );
  }

  /** Where a structure is, from now on if it is new. */
  placeOf(text: string): number {
    const hash = blobName(text);
    const known = this.#find.all([hash])[0] ?? this.#added(hash, text);
    return Number(known?.['place']);
  }

  #added(hash: string, text: string): ReturnType<Statement['all']>[number] | undefined {
    this.#add.run([hash, text]);
    return this.#find.all([hash])[0];
  }

  /** Forgets the one in this place, unless a run is under it. */
  leave(place: number): void {
    this.#drop.run([place, place]);
  }
}
