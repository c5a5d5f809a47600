import type { Append } from '@wf-sdk/core';

import type { Spill } from './bodies.ts';
import type { Database, Row, Statement, Value } from './driver/database.ts';
import type { Structures } from './structures.ts';

/** At most so many rows are inserted by one statement. */
const MOST_ROWS = 32;
/** So many runs are known by number. */
const MOST_KNOWN = 1_000;

/** The logs of runs. Each method is one step of a transaction. */
export class Log {
  /** Of runs that were appended to, as far as they are still there. */
  readonly #numbers = new Map<string, number>();
  readonly #head: Statement;
  readonly #grow: Statement;
  readonly #change: Statement;
  /** By the number of rows, each made when it is first needed. */
  readonly #insertions: (Statement | undefined)[] = [];
  readonly #read: Statement;
  readonly #database: Database;
  readonly #structures: Structures;

  constructor(database: Database, structures: Structures) {
    this.#database = database;
    this.#structures = structures;
    this.#head = database.prepare('SELECT number, length, owner, updated_at, shape FROM run WHERE id = ?');
    // What has an index is not written.
    this.#grow = database.prepare(
      `UPDATE run SET length = ?, updated_at = ?
       WHERE number = ? AND id = ? AND length = ? AND state = ? AND wake_at IS ? AND heard = coalesce(?, heard)
         AND (? IS NULL OR owner IS NULL OR owner = ?)`,
    );
    this.#change = database.prepare(
      `UPDATE run SET length = ?, updated_at = ?, state = ?, wake_at = ?, shape = coalesce(?, shape),
         heard = coalesce(?, heard)
       WHERE number = ?`,
    );
    this.#read = database.prepare(
      `SELECT seq, type, at, task, body, blob FROM event
       WHERE run = (SELECT number FROM run WHERE id = ?) AND seq > ? ORDER BY seq LIMIT ?`,
    );
  }

  /**
   * Appends to the logs that are as expected, and changes nothing of the others. What is left to write of all of them is
   * inserted together: a statement for each event costs more than the event.
   *
   * @returns The runs whose logs are not as expected.
   */
  append(appends: readonly Append[], spill: Spill): string[] {
    const refused: string[] = [];
    const values: Value[] = [];
    for (const append of appends) {
      const number = this.#goOn(append) ?? this.#takeUp(append);
      if (number === undefined) {
        refused.push(append.run);
        continue;
      }
      let seq = append.expected;
      for (const { type, at, task, body } of append.entries)
        values.push(number, ++seq, type, at, task ?? null, ...spill.columns(body));
    }
    this.#insert(values);
    return refused;
  }

  /** Most appends change nothing of a run but its length: one statement finds out, and writes it. */
  #goOn({ run, expected, owner, entries, state, wakeAt, structure, heard }: Append): number | undefined {
    const number = this.#numbers.get(run);
    const updatedAt = entries.at(-1)?.at;
    if (number === undefined || updatedAt === undefined || structure !== undefined) return undefined;
    const after = [expected + entries.length, updatedAt];
    const same = [number, run, expected, state, wakeAt ?? null, heard ?? null];
    const before = [...same, owner ?? null, owner ?? null];
    return this.#grow.run([...after, ...before]) === 1 ? number : undefined;
  }

  #takeUp({ run, expected, owner, entries, state, wakeAt, structure, heard }: Append): number | undefined {
    const head = this.#head.all([run])[0];
    if (head === undefined || head['length'] !== expected) return undefined;
    if (owner !== undefined && head['owner'] !== null && head['owner'] !== owner) return undefined;
    const number = Number(head['number']);
    const updatedAt = entries.at(-1)?.at ?? Number(head['updated_at']);
    const shape = structure === undefined ? undefined : this.#structures.placeOf(structure);
    this.#change.run([
      expected + entries.length,
      updatedAt,
      state,
      wakeAt ?? null,
      shape ?? null,
      heard ?? null,
      number,
    ]);
    if (shape !== undefined && shape !== head['shape']) this.#structures.leave(Number(head['shape']));
    if (this.#numbers.size >= MOST_KNOWN) this.#numbers.clear();
    this.#numbers.set(run, number);
    return number;
  }

  read(run: string, after: number, limit: number): readonly Row[] {
    return this.#read.all([run, after, Number.isFinite(limit) ? limit : -1]);
  }

  #insert(values: readonly Value[]): void {
    for (let start = 0; start < values.length; start += MOST_ROWS * COLUMNS) {
      const some = values.slice(start, start + MOST_ROWS * COLUMNS);
      const rows = some.length / COLUMNS;
      const insertion = (this.#insertions[rows] ??= this.#database.prepare(insertionOf(rows)));
      insertion.run(some);
    }
  }
}

const COLUMNS = 7;

function insertionOf(rows: number): string {
  const row = '(?, ?, ?, ?, ?, ?, ?)';
  return `INSERT INTO event (run, seq, type, at, task, body, blob) VALUES ${Array(rows).fill(row).join(', ')}`;
}
