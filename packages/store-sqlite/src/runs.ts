import type { Lease, NewRun, RunQuery, StoredRun, StoredRunState } from '@wf-sdk/core';

import type { Database, Row, Statement, Value } from './driver/database.ts';
import { STRUCTURE, type Structures } from './structures.ts';

/** Of all characters the last: what begins with a text stands before the text with this after it. */
const LAST = '\u{10FFFF}';

/** As it stands in the index of these runs. */
const UNENDED = "state IN ('pending', 'running', 'waiting')";

/** The table of runs. Each method is one step of a transaction. */
export class Runs {
  readonly #database: Database;
  readonly #structures: Structures;
  readonly #create: Statement;
  readonly #find: Statement;
  readonly #claim: Statement;
  readonly #release: Statement;

  constructor(database: Database, structures: Structures) {
    this.#database = database;
    this.#structures = structures;
    this.#create = database.prepare(
      `INSERT INTO run (id, workflow, version, structure, shape, parent, module, export, created_at, state, length, updated_at, owner, until)
       VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, ?, 0, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    );
    this.#find = database.prepare(`SELECT *, ${STRUCTURE} AS text FROM run WHERE id = ?`);
    this.#claim = database.prepare(
      'UPDATE run SET owner = ?, until = ? WHERE id = ? AND (owner IS NULL OR owner = ? OR until <= ?)',
    );
    this.#release = database.prepare('UPDATE run SET owner = NULL, until = NULL WHERE id = ? AND owner = ?');
  }

  /** @returns Whether there was none of that ID. */
  create(run: NewRun, lease: Lease, state: 'pending' | 'running'): boolean {
    const { id, workflow, version, structure, parent, source, createdAt } = run;
    const place = [parent ?? null, source?.module ?? null, source?.export ?? null];
    const times = [createdAt, state, createdAt, lease.owner, lease.until];
    const shape = this.#structures.placeOf(structure);
    return this.#create.run([id, workflow, version, shape, ...place, ...times]) === 1;
  }

  find(id: string): StoredRun | undefined {
    const row = this.#find.all([id])[0];
    return row === undefined ? undefined : toRun(row);
  }

  list(query: RunQuery): readonly StoredRun[] {
    const [condition, values] = conditionOf(query);
    const rows = this.#database
      .prepare(
        `SELECT *, ${STRUCTURE} AS text FROM run WHERE ${condition} ORDER BY created_at DESC, number DESC LIMIT ?`,
      )
      .all([...values, query.limit ?? 100]);
    return rows.map(toRun);
  }

  claim(id: string, { owner, until }: Lease, now: number): boolean {
    return this.#claim.run([owner, until, id, owner, now]) === 1;
  }

  release(id: string, owner: string): void {
    this.#release.run([id, owner]);
  }
}

function conditionOf(query: RunQuery): readonly [string, readonly Value[]] {
  const { workflow, states, since, prefix, parent, unleasedAt, dueAt } = query;
  const conditions = ['TRUE'];
  const values: Value[] = [];
  const where = (condition: string, ...given: readonly Value[]): void => {
    conditions.push(condition);
    values.push(...given);
  };
  if (workflow !== undefined) where('workflow = ?', workflow);
  if (states !== undefined) where(`state IN (${states.map(() => '?').join(', ')})`, ...states);
  if (since !== undefined) where('created_at >= ?', since);
  if (prefix !== undefined) where('id BETWEEN ? AND ?', prefix, prefix + LAST);
  if (parent === null) where('parent IS NULL');
  else if (parent !== undefined) where('parent = ?', parent);
  if (unleasedAt !== undefined) where(`${UNENDED} AND (owner IS NULL OR until <= ?)`, unleasedAt);
  if (dueAt !== undefined)
    where(
      "state = 'waiting' AND (wake_at <= ? OR EXISTS (SELECT 1 FROM message WHERE run = number AND seq > heard))",
      dueAt,
    );
  return [conditions.join(' AND '), values];
}

function toRun(row: Row): StoredRun {
  const { parent, module, export: name, wake_at: wakeAt, owner, until } = row;
  return {
    id: String(row['id']),
    workflow: String(row['workflow']),
    version: String(row['version']),
    structure: String(row['text']),
    ...(typeof parent === 'string' && { parent }),
    ...(typeof module === 'string' && { source: { module, export: String(name) } }),
    createdAt: Number(row['created_at']),
    state: String(row['state']) as StoredRunState,
    length: Number(row['length']),
    updatedAt: Number(row['updated_at']),
    ...(typeof wakeAt === 'number' && { wakeAt }),
    ...(typeof owner === 'string' && { lease: { owner, until: Number(until) } }),
  };
}
