import { pathToFileURL } from 'node:url';

import { StoreError } from '@wf-sdk/core';

import type { Access, Database, Driver, Row, Value } from './database.ts';

/** Of `node:sqlite`, which the types of Node 20 do not have. */
interface NodeSqlite {
  readonly DatabaseSync: new (file: string, options: { readonly readOnly: boolean }) => NodeDatabase;
}

interface NodeDatabase {
  exec(sql: string): void;
  prepare(sql: string): NodeStatement;
  close(): void;
}

interface NodeStatement {
  run(...values: readonly Value[]): { readonly changes: number | bigint };
  all(...values: readonly Value[]): readonly Row[];
}

/** Node's own SQLite, or `undefined` where this Node has none: it came with 22.13. */
export function nodeDriver(): Driver | undefined {
  const sqlite = loadQuietly();
  if (sqlite === undefined) return undefined;
  return { open: (file, access) => adapt(open(sqlite, file, access)) };
}

/** Node warns at the first use that the module is experimental, which is nothing that a user could act on. */
function loadQuietly(): NodeSqlite | undefined {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  // Loading does not give way to anybody else, so that no other warning is lost.
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined;
  } finally {
    if (own === undefined) Reflect.deleteProperty(process, 'emitWarning');
    else Object.defineProperty(process, 'emitWarning', own);
  }
}

function open({ DatabaseSync }: NodeSqlite, file: string, access: Access): NodeDatabase {
  if (access !== 'frozen') return new DatabaseSync(file, { readOnly: access === 'read' });
  try {
    return new DatabaseSync(`${pathToFileURL(file).href}?immutable=1`, { readOnly: true });
  } catch (cause) {
    throw new StoreError(
      'store_failed',
      `store ${file} cannot be read in a folder that cannot be written by Node ${process.versions.node}: run on Node 22.15 or later, or copy the file elsewhere`,
      { file, cause },
    );
  }
}

function adapt(database: NodeDatabase): Database {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (values) => Number(statement.run(...values).changes),
        all: (values) => statement.all(...values),
      };
    },
    close: () => database.close(),
  };
}
