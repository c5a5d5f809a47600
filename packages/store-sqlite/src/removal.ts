import type { Database, Statement } from './driver/database.ts';

/** A run and all below it. */
const TREE = `WITH RECURSIVE tree (number, id) AS (
  SELECT number, id FROM run WHERE id = ?
  UNION SELECT run.number, run.id FROM run JOIN tree ON run.parent = tree.id
)`;

/** Forgets runs, as one step of a transaction. */
export class Removal {
  readonly #tree: Statement;
  readonly #blobs: Statement;
  readonly #deletions: readonly Statement[];

  constructor(database: Database) {
    this.#tree = database.prepare(`${TREE} SELECT number FROM tree`);
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
    const numbers = this.#tree.all([id]).map(({ number }) => Number(number));
    return numbers.flatMap((number) => {
      const blobs = this.#blobs.all([number, number]).map(({ blob }) => String(blob));
      for (const deletion of this.#deletions) deletion.run([number]);
      return blobs;
    });
  }
}
