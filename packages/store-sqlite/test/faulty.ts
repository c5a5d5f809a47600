import type { Database, Statement } from '../src/driver/database.ts';

/** A database that can be told to refuse. */
export interface FaultyDatabase extends Database {
  /** From the one so many calls from now on, each call throws this; 0 for the next. */
  failAfter(calls: number, error: Error): void;
  /** @returns Whether anything was refused. */
  recover(): boolean;
}

export function makeFaulty(database: Database): FaultyDatabase {
  let left = Infinity;
  let refused = false;
  let failure = new Error('unused');
  const pass = (sql: string): void => {
    // What is wrong with a disk does not keep SQLite from forgetting what it has in memory.
    if (sql === 'ROLLBACK') return;
    if (left-- > 0) return;
    refused = true;
    throw failure;
  };
  return {
    exec(sql) {
      pass(sql);
      database.exec(sql);
    },
    prepare(sql): Statement {
      const statement = database.prepare(sql);
      return {
        run(values) {
          pass(sql);
          return statement.run(values);
        },
        all(values) {
          pass(sql);
          return statement.all(values);
        },
      };
    },
    close: () => database.close(),
    failAfter(calls, error) {
      left = calls;
      refused = false;
      failure = error;
    },
    recover() {
      left = Infinity;
      return refused;
    },
  };
}

/** What a driver throws where SQLite refuses with this result code. */
export function sqliteError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode: code });
}
