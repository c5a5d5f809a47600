import { expect, test } from 'vitest';

import type { TaskDefinition } from '../model/definition.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { planPlacement } from './placement.ts';

const db = { name: 'db', slots: 3, perKey: 2 };
const key = (): string => 'k';

/** A task as untyped code may make it. */
function plan(policies: object): { readonly planned: unknown; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const task = { id: 't', dependsOn: [], ...policies } as TaskDefinition;
  return { planned: planPlacement(task, (diagnostic) => void diagnostics.push(diagnostic)), diagnostics };
}

test('a task that says nothing has none', () => {
  expect(plan({})).toEqual({ planned: undefined, diagnostics: [] });
});

test('amounts become numbers, and pools stand by name', () => {
  const api = { name: 'api', rate: { limit: 5, interval: '1s' } };
  const { planned, diagnostics } = plan({
    pools: [{ pool: db, slots: 2, key }, { pool: api }],
    resources: { cpu: 0.5, memory: '1.5GiB' },
    isolate: { memory: '512MB', env: { LANG: 'C' } },
  });
  expect(diagnostics).toEqual([]);
  expect(planned).toEqual({
    pools: [
      { pool: api, slots: 1, key: undefined },
      { pool: db, slots: 2, key },
    ],
    resources: { cpu: 0.5, memoryBytes: 1_610_612_736, gpu: 0, diskBytes: 0 },
    isolate: { memoryBytes: 512_000_000, env: { LANG: 'C' } },
  });
});

test('isolation needs no options', () => {
  expect(plan({ isolate: {} })).toEqual({
    planned: { pools: [], resources: undefined, isolate: { memoryBytes: undefined, env: undefined } },
    diagnostics: [],
  });
});

test.each<[string, object, string, string]>([
  [
    'a pool by its name',
    { pools: [{ pool: 'db' }] },
    'bad_pool',
    `.pool() takes a pool made with pool('…', { slots: 3 }), not 'db'`,
  ],
  [
    'no demand',
    { pools: [null] },
    'bad_pool',
    `.pool() takes a pool made with pool('…', { slots: 3 }), not undefined`,
  ],
  ['pools that are no list', { pools: db }, 'bad_pool', `its pools are a list, not an object`],
  [
    'a pool that was not made by pool()',
    { pools: [{ pool: { name: 'db', slots: 0 } }] },
    'bad_pool',
    `slots of pool 'db' must be a whole number from 1, not 0`,
  ],
  [
    'a pool without a name',
    { pools: [{ pool: { slots: 1 } }] },
    'bad_pool',
    `name of a pool must be some text, not undefined`,
  ],
  [
    'no slots',
    { pools: [{ pool: db, slots: 0 }] },
    'bad_pool',
    `it takes a whole number of slots from 1 of pool 'db', not 0`,
  ],
  [
    'half a slot',
    { pools: [{ pool: db, slots: 0.5 }] },
    'bad_pool',
    `it takes a whole number of slots from 1 of pool 'db', not 0.5`,
  ],
  [
    'more slots than there are',
    { pools: [{ pool: db, slots: 4 }] },
    'bad_pool',
    `it takes 4 slots of pool 'db', which has only 3; take fewer, or make the pool larger`,
  ],
  [
    'more slots than a key may hold',
    { pools: [{ pool: db, slots: 3, key }] },
    'bad_pool',
    `it takes 3 slots of pool 'db', which has only 2 per key; take fewer, or make the pool larger`,
  ],
  [
    'a pool twice',
    { pools: [{ pool: db }, { pool: { ...db } }] },
    'bad_pool',
    `it names pool 'db' twice; name it once, with the slots it needs in all`,
  ],
  [
    'a key that is no function',
    { pools: [{ pool: db, key: 'k' }] },
    'bad_pool',
    `its key for pool 'db' is a function of the task's data, not 'k'`,
  ],
  [
    'a number of cores below 0',
    { resources: { cpu: -1 } },
    'bad_resources',
    `resources.cpu must be a number from 0, not -1`,
  ],
  [
    'memory without a unit',
    { resources: { memory: '512' } },
    'bad_resources',
    `resources.memory must be a number of bytes: a number from 0, or '512MB', '2GB', '1.5GiB', not '512'`,
  ],
  [
    'cores by another name',
    { resources: { cores: 2 } },
    'bad_resources',
    `resources.cores must be left out, as resources are cpu, memory, gpu and disk, not 2`,
  ],
  [
    'resources that are a number',
    { resources: 2 },
    'bad_resources',
    `resources must be amounts such as { cpu: 2, memory: '1GB' }, not 2`,
  ],
  [
    'isolation by a word',
    { isolate: true },
    'bad_isolation',
    `.isolate() takes options such as { memory: '512MB' }, not true`,
  ],
  [
    'no memory',
    { isolate: { memory: 0 } },
    'bad_isolation',
    `isolate.memory is more than no memory (bytes, or '512MB', '2GB', '1.5GiB'), not 0`,
  ],
  [
    'an environment that is a list',
    { isolate: { env: ['A=1'] } },
    'bad_isolation',
    `isolate.env is an object of names and texts, not an array`,
  ],
  [
    'a variable that is a number',
    { isolate: { env: { PORT: 80 } } },
    'bad_isolation',
    `isolate.env.PORT is a text, not 80; leave it out to unset it`,
  ],
  [
    'another option of isolation',
    { isolate: { cpu: 1 } },
    'bad_isolation',
    `.isolate() has no option 'cpu'; its options are memory, env`,
  ],
])('%s is reported', (_, policies, code, message) => {
  expect(plan(policies).diagnostics).toEqual([{ code, task: 't', message: `task 't': ${message}` }]);
});

test('everything that is wrong is reported at once', () => {
  const { diagnostics } = plan({
    pools: [{ pool: { ...db, slots: -1, rate: {} } }, { pool: db, slots: 9 }],
    resources: { cpu: 'all', gpu: Number.NaN },
    isolate: { memory: '1G', env: 'A=1' },
  });
  const codes = [
    ['bad_pool', 4],
    ['bad_resources', 2],
    ['bad_isolation', 2],
  ] as const;
  expect(diagnostics.map(({ code }) => code)).toEqual(
    codes.flatMap(([code, times]) => Array.from({ length: times }, () => code)),
  );
});
