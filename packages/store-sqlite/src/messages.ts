import type { Message, NewMessage } from '@wf-sdk/core';

import type { Spill } from './bodies.ts';
import type { Database, Row, Statement } from './driver/database.ts';

/** What is sent to runs. Each method is one step of a transaction. */
export class Messages {
  readonly #number: Statement;
  readonly #find: Statement;
  readonly #insert: Statement;
  readonly #read: Statement;

  constructor(database: Database) {
    this.#number = database.prepare(
      `SELECT number, (SELECT coalesce(max(seq), 0) FROM message WHERE run = number) AS sent FROM run WHERE id = ?`,
    );
    this.#find = database.prepare('SELECT * FROM message WHERE run = ? AND id = ?');
    this.#insert = database.prepare(
      'INSERT INTO message (run, seq, id, type, at, by, body, blob) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#read = database.prepare(
      'SELECT * FROM message WHERE run = (SELECT number FROM run WHERE id = ?) AND seq > ? ORDER BY seq',
    );
  }

  /** @returns The message as it is kept, the row of one of that ID that was kept before, or nothing where there is no such run. */
  send(run: string, message: NewMessage, spill: Spill): Message | Row | undefined {
    const found = this.#number.all([run])[0];
    if (found === undefined) return undefined;
    const { number = null, sent } = found;
    const { id, type, at, by, body } = message;
    const known = this.#find.all([number, id])[0];
    if (known !== undefined) return known;
    const seq = Number(sent) + 1;
    this.#insert.run([number, seq, id, type, at, by ?? null, ...spill.columns(body)]);
    return { ...message, seq };
  }

  read(run: string, after: number): readonly Row[] {
    return this.#read.all([run, after]);
  }
}
