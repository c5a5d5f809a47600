/** Stands in the header of the file, and tells a store from other databases: `wfsd`. */
export const APPLICATION_ID = 0x77667364;

/**
 * What makes a store of one version into one of the next: the first makes a new file into version 1. What has been released
 * is never changed. A process of an earlier version may have the file open meanwhile: only add, what it does must still work.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE run (
    number     INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    workflow   TEXT NOT NULL,
    version    TEXT NOT NULL,
    structure  TEXT NOT NULL,
    parent     TEXT,
    module     TEXT,
    export     TEXT,
    created_at REAL NOT NULL,
    state      TEXT NOT NULL,
    length     INTEGER NOT NULL,
    updated_at REAL NOT NULL,
    wake_at    REAL,
    owner      TEXT,
    until      REAL
  ) STRICT;
  CREATE INDEX run_created ON run (created_at);
  CREATE INDEX run_workflow ON run (workflow, created_at);
  CREATE INDEX run_parent ON run (parent) WHERE parent IS NOT NULL;
  CREATE INDEX run_unended ON run (created_at) WHERE state IN ('running', 'waiting');

  CREATE TABLE event (
    run  INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    type TEXT NOT NULL,
    at   REAL NOT NULL,
    task TEXT,
    body TEXT,
    blob TEXT,
    PRIMARY KEY (run, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX event_blob ON event (blob) WHERE blob IS NOT NULL;

  CREATE TABLE message (
    run  INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    id   TEXT NOT NULL,
    type TEXT NOT NULL,
    at   REAL NOT NULL,
    by   TEXT,
    body TEXT,
    blob TEXT,
    PRIMARY KEY (run, seq),
    UNIQUE (run, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX message_blob ON message (blob) WHERE blob IS NOT NULL;

  CREATE TABLE cache (
    key        TEXT PRIMARY KEY,
    workflow   TEXT NOT NULL,
    task       TEXT NOT NULL,
    stored_at  REAL NOT NULL,
    expires_at REAL,
    body       TEXT,
    blob       TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cache_task ON cache (workflow, task);
  CREATE INDEX cache_expires ON cache (expires_at) WHERE expires_at IS NOT NULL;
  CREATE INDEX cache_blob ON cache (blob) WHERE blob IS NOT NULL;
  `,
  // Of its messages, the number of the last one that the run has heard.
  'ALTER TABLE run ADD COLUMN heard INTEGER NOT NULL DEFAULT 0',
  // Runs can be pending, too, and those of a workflow that have not ended are counted.
  `
  DROP INDEX run_unended;
  CREATE INDEX run_open ON run (workflow, created_at) WHERE state IN ('pending', 'running', 'waiting');
  `,
  // Events are in the order in which they were written, whichever run they are of, and found by an index: where many runs
  // write at once, a commit touches half as many pages as where each run's events stand together.
  `
  ALTER TABLE event RENAME TO event_by_run;
  DROP INDEX event_blob;
  CREATE TABLE event (
    run  INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    type TEXT NOT NULL,
    at   REAL NOT NULL,
    task TEXT,
    body TEXT,
    blob TEXT
  ) STRICT;
  INSERT INTO event SELECT run, seq, type, at, task, body, blob FROM event_by_run ORDER BY run, seq;
  DROP TABLE event_by_run;
  CREATE UNIQUE INDEX event_place ON event (run, seq);
  CREATE INDEX event_blob ON event (blob) WHERE blob IS NOT NULL;
  `,
  // Runs of one workflow share its structure.
  `
  CREATE TABLE structure (
    place INTEGER PRIMARY KEY,
    hash  TEXT NOT NULL UNIQUE,
    text  TEXT NOT NULL
  ) STRICT;
  ALTER TABLE run ADD COLUMN shape INTEGER;
  CREATE INDEX run_shape ON run (shape);
  `,
];
