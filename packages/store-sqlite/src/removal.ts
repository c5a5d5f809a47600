import type { Database, Statement } from './driver/database.ts';
import type { Structures } from './structures.ts';

/** A run and all below it. */
const TREE = `WITH RECURSIVE tree (number, id, shape) AS (
  SELECT number, id, shape FROM run WHERE id = ?
  UNION SELECT run.number, run.id, run.shape FROM run JOIN tree ON run.parent = tree.id
)`;

/** Forgets runs, as one step of a transaction. */
export class Removal {
  readonly #structures: Structures;
  readonly #tree: Statement;
  readonly #blobs: Statement;
  readonly #deletions: readonly Statement[];

  constructor(database: Database, structures: Structures) {
    this.#structures = structures;
    this.#tree = database.prepare(`${TREE} SELECT number, shape FROM tree`);
    this.#blobs = database.prepare(
      `SELECT blob FROM event WHERE run = ? AND blob IS NOT NULL
       UNION SELECT blob FROM message WHERE run = ? AND blob IS NOT NULL`,
    );
    this.#deletions = [
      database.prepare('DELETE FROM event WHERE run = ?'),
      database.prepare('DELETE FROM message WHERE run = ?'),
      database.prepare('DELETE FROM run WHERE number = ?'),
    ];
  }

  /** @returns The names of files to which these runs referred. */
  remove(id: string): readonly string[] {
    return this.#tree.all([id]).flatMap(({ number, shape }) => {
      const blobs = this.#blobs.all([Number(number), Number(number)]).map(({ blob }) => String(blob));
      for (const deletion of this.#deletions) deletion.run([Number(number)]);
      this.#structures.leave(Number(shape));
      return blobs;
    });
  }
}
