import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

import type { Access, Database, Driver, Row, Value } from './database.ts';

/** Of `libsql`, what is used here. */
type Libsql = new (file: string) => LibsqlDatabase;

interface LibsqlDatabase {
  exec(sql: string): void;
  prepare(sql: string): LibsqlStatement;
  close(): void;
}

interface LibsqlStatement {
  run(values: readonly Value[]): { readonly changes: number };
  all(values: readonly Value[]): readonly Row[];
}

/** @throws Error where the package is not installed, or has no binary for this platform. */
export function libsqlDriver(): Driver {
  const libsql = createRequire(import.meta.url)('libsql') as Libsql;
  return { open: (file, access) => adapt(new libsql(placeOf(file, access)), access) };
}

function placeOf(file: string, access: Access): string {
  switch (access) {
    case 'write':
      return file;
    case 'read':
      return `${pathToFileURL(file).href}?mode=ro`;
    case 'frozen':
      return `${pathToFileURL(file).href}?immutable=1`;
  }
}

// Its `get()` leaves a statement open, and a statement that was refused stays begun until it is run again: so rows are
// read with `all()`, and transactions are not prepared.
function adapt(database: LibsqlDatabase, access: Access): Database {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (values) => statement.run(values).changes,
        all: (values) => statement.all(values),
      };
    },
    close: () => {
      if (access === 'write') checkpoint(database);
      database.close();
    },
  };
}

/** Statements keep the file open until the process ends: what a last connection does when it closes is done here. */
function checkpoint(database: LibsqlDatabase): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // What is beside the file is as good as what is in it.
  }
}
