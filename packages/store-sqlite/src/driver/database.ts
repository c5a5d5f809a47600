/** What a column holds. */
export type Value = string | number | null;

export type Row = Readonly<Record<string, Value>>;

/** A prepared statement. */
export interface Statement {
  /** @returns How many rows it changed. */
  run(values: readonly Value[]): number;
  all(values: readonly Value[]): readonly Row[];
}

/** A connection, as far as a store needs one. Every call blocks until it is done. */
export interface Database {
  /** For what is not worth preparing, transactions among it. */
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** How a file is opened: `frozen` is for a file in a folder that cannot be written, where nothing can be locked. */
export type Access = 'write' | 'read' | 'frozen';

/** One of the libraries that can open a database. */
export interface Driver {
  open(file: string, access: Access): Database;
}
