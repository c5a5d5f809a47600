import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  createMemoryStore,
  EVENT_VERSION,
  type LogEntry,
  type NewLogEntry,
  type NewRun,
  readLog,
  resume,
  retry,
  run,
  type RunEvent,
  type Store,
  workflow,
} from '../index.ts';

/** The log of a run whose process died while `publish` ran, as the package wrote it before events had a version. */
const OLD = JSON.parse(readFileSync(new URL('../../test/logs/version-1.json', import.meta.url), 'utf8')) as {
  readonly run: NewRun;
  readonly entries: readonly LogEntry[];
};

async function storeWith(
  { id, workflow: name, version, structure, createdAt }: NewRun,
  entries: readonly NewLogEntry[],
): Promise<Store> {
  const store = createMemoryStore();
  await store.create({ id, workflow: name, version, structure, createdAt }, { owner: 'gone', until: 0 });
  expect(await store.append([{ run: id, expected: 0, entries, state: 'running' }])).toEqual([]);
  return store;
}

async function all(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const read: RunEvent[] = [];
  for await (const event of events) read.push(event);
  return read;
}

function nightly(began: string[]) {
  return workflow('nightly', { version: '1.0.0' })
    .addTask('rows')
    .run(() => {
      began.push('rows');
      return new Map<string, bigint>();
    })
    .addTask('flaky')
    .run(() => {
      began.push('flaky');
      return 'down';
    })
    .addTask('publish')
    .dependsOn('rows', 'flaky')
    .run(({ rows, flaky }) => {
      began.push('publish');
      return `${flaky}: ${rows.size} rows`;
    })
    .output(({ publish }) => publish);
}

describe('a log of the version before', () => {
  test('is read as it was told', async () => {
    const store = await storeWith(OLD.run, OLD.entries);
    const events = await all(readLog(store, 'r'));
    expect(events).toHaveLength(OLD.entries.length);
    const [started, , , , , said, rows, failed] = events;
    expect(started).toMatchObject({ type: 'run.started', workflow: 'nightly', total: 3 });
    expect(started).not.toHaveProperty('eventVersion');
    expect(said).toMatchObject({ type: 'task.log', fields: { rows: 2n, when: new Date(5) } });
    expect(rows).toMatchObject({
      type: 'task.succeeded',
      output: new Map([
        ['a', 1n],
        ['b', 2n],
      ]),
    });
    expect((failed as { error: Error }).error).toBeInstanceOf(TypeError);
  });

  test('is gone on with, and what follows says its version', async () => {
    const store = await storeWith(OLD.run, OLD.entries);
    const began: string[] = [];
    const result = await resume(nightly(began), 'r', { store });
    expect([result.output, began]).toEqual(['up: 2 rows', ['publish']]);
    const events = await all(readLog(store, 'r', OLD.entries.length));
    expect(events[0]).toMatchObject({ type: 'run.resumed', eventVersion: EVENT_VERSION });
  });
});

test('a run says its version when it begins, goes on and is retried', async () => {
  const store = createMemoryStore();
  const flow = workflow('w')
    .addTask('a')
    .run(() => 1);
  await run(flow, undefined, { id: 'r', store });
  await retry(flow, 'r', { store, from: 'a' });
  const versions = (await all(readLog(store, 'r'))).flatMap((event) =>
    'eventVersion' in event ? [[event.type, event.eventVersion]] : [],
  );
  expect(versions).toEqual([
    ['run.started', EVENT_VERSION],
    ['run.retried', EVENT_VERSION],
  ]);
});

describe('a log of a version to come', () => {
  const at = 5;
  const unknown: NewLogEntry = {
    type: 'task.dreamt',
    at,
    task: 'rows',
    body: '{"of":"sheep"}\nplot ~[{"n":1},["BigInt","3"]]',
  };
  const more: NewLogEntry = { type: 'task.queued', at, task: 'rows', body: '{"colour":"red"}\nweight 7' };

  test('is read with the types and fields that are not known', async () => {
    const store = await storeWith(OLD.run, [...OLD.entries, unknown, more]);
    expect((await all(readLog(store, 'r', OLD.entries.length))) as unknown[]).toEqual([
      { type: 'task.dreamt', run: 'r', at, task: 'rows', of: 'sheep', plot: { n: 3n } },
      { type: 'task.queued', run: 'r', at, task: 'rows', colour: 'red', weight: 7 },
    ]);
  });

  test.each<[string, NewLogEntry, string]>([
    ['a type that is not known', unknown, "does not know its type 'task.dreamt'"],
    [
      'a version that is newer',
      { type: 'run.resumed', at, body: `{"eventVersion":${EVENT_VERSION + 1}}` },
      `has events of version ${EVENT_VERSION + 1}, and this version of wf-sdk knows them up to ${EVENT_VERSION}`,
    ],
  ])('is not gone on with: %s', async (_, entry, why) => {
    const store = await storeWith(OLD.run, [...OLD.entries, entry]);
    const began: string[] = [];
    const result = await resume(nightly(began), 'r', { store });
    expect(result.error).toMatchObject({ code: 'run_not_kept', cause: { code: 'stored_unreadable' } });
    expect(result.error?.message).toContain(why);
    expect(began).toEqual([]);
    expect(await all(readLog(store, 'r'))).toHaveLength(OLD.entries.length + 1);
  });
});
