import { StoreError } from '@wf-sdk/core';

import type { Driver } from './database.ts';
import { libsqlDriver } from './libsql.ts';
import { nodeDriver } from './node.ts';

let loaded: Driver | undefined;

/**
 * The driver that this Node has, loaded when it is first asked for. One process must not open a file with two of them:
 * they would not know of each other's locks.
 *
 * @throws StoreError `store_failed`, where there is none.
 */
export function loadDriver(): Driver {
  loaded ??= nodeDriver() ?? libsql();
  return loaded;
}

function libsql(): Driver {
  try {
    return libsqlDriver();
  } catch (cause) {
    throw new StoreError(
      'store_failed',
      `Node ${process.versions.node} on ${process.platform}-${process.arch} has no SQLite of its own, and the package 'libsql' cannot be loaded: run on Node 22.13 or later, or install 'libsql' (an optional dependency)`,
      { cause },
    );
  }
}
