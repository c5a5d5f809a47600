import { describe, expect, test, vi } from 'vitest';
import { mortalStore, VirtualClock } from '@wf-sdk/testing';
import { lines, recorder } from '../../test/kit.ts';
import {
  createMemoryStore,
  checkSecrets,
  compile,
  DefinitionError,
  fromJSON,
  on,
  readLog,
  resume,
  run,
  type RunEvent,
  type RunResult,
  type SecretsProvider,
  type Store,
  toJSON,
  toText,
  workflow,
} from '../index.ts';

const TOKEN = 'tok/en+"7f3a-öß\\9c21';
const given = { secrets: () => ({ API_TOKEN: TOKEN }) };

/** What somebody may write of it. */
const said = [
  TOKEN,
  JSON.stringify({ TOKEN }),
  encodeURIComponent(TOKEN),
  Buffer.from(TOKEN).toString('hex'),
  ...['', ':', 'u:'].flatMap((before) => [
    Buffer.from(`${before}${TOKEN}`).toString('base64'),
    Buffer.from(`${before}${TOKEN}!`).toString('base64url'),
  ]),
];

/** What of that must not be found anywhere: the digits of base64 at either end are of other bytes, too. */
const forms = said.map((text, place) => (place < 4 ? text : text.slice(4, -4)));

function expectClean(text: string): void {
  const found = [...forms, JSON.stringify(TOKEN).slice(1, -1)].filter((form) => text.includes(form));
  expect(found).toEqual([]);
}

async function whole(store: Store, id: string): Promise<string> {
  const entries = await store.read(id);
  const stored = await store.find(id);
  return JSON.stringify([entries, stored]);
}

/** Says the secret in every way that there is. */
const talkative = workflow<{ n: number }>('talkative')
  .addTask('says')
  .secrets('API_TOKEN')
  .retry({ attempts: 2, delay: 0 })
  .run((_, { secrets, log, attempt }) => {
    for (const form of said) log.info(`said ${form}.`, { form, [form]: { deep: [new Map([[form, form]])] } });
    log.warn('bytes', {
      bytes: Buffer.from(`x${TOKEN}`),
      url: new URL(`https://h/?t=${encodeURIComponent(TOKEN)}`),
    });
    if (attempt === 1)
      throw Object.assign(new TypeError(`no ${secrets.API_TOKEN}`, { cause: new Error(said[4]) }), {
        request: { headers: { authorization: `Bearer ${secrets.API_TOKEN}` } },
      });
    return attempt;
  })
  .addTask('fans')
  .secrets('API_TOKEN')
  .allowFailure()
  .forEach(() => [1, 2, 3], { join: 'allSettled' })
  .run(({ item }, { secrets }) => {
    if (item === 2) throw new AggregateError([new Error(secrets.API_TOKEN)], secrets.API_TOKEN);
    return item;
  })
  .addTask('undone')
  .secrets('API_TOKEN')
  .compensate((_: number, __, { secrets }) =>
    Promise.reject(new Error(`cannot undo with ${secrets.API_TOKEN}`)),
  )
  .run(() => 1)
  .addTask('fails')
  .dependsOn('says', 'fans', 'undone')
  .secrets('API_TOKEN')
  .run((_, { secrets }): number => {
    // oxlint-disable-next-line typescript/only-throw-error -- what is thrown may be anything
    throw secrets.API_TOKEN;
  });

describe('secrets', () => {
  test('are in the context of the task that named them, and in no other', async () => {
    const asked = vi.fn<SecretsProvider>(() =>
      Promise.resolve({ A: 'value of A', B: 'value of B', C: 'no' }),
    );
    const flow = workflow('w')
      .addTask('a')
      .secrets('A')
      .run((_, { secrets }) => Object.keys(secrets).length + secrets.A.length)
      .addTask('b')
      .secrets('A')
      .secrets('B')
      .run((_, { secrets }) => Object.keys(secrets).length + secrets.B.length)
      .addTask('c')
      .run((_, { secrets }) => Object.keys(secrets).length);
    const { outputs } = await run(flow, undefined, { secrets: asked });
    expect(outputs).toEqual({ a: 11, b: 12, c: 0 });
    expect(asked.mock.calls).toEqual([[['A', 'B']]]);
  });

  test('come from the environment where nothing is said', async () => {
    const flow = workflow('w')
      .addTask('a')
      .secrets('WF_TEST_SECRET')
      .run((_, { secrets }) => secrets.WF_TEST_SECRET.length);
    vi.stubEnv('WF_TEST_SECRET', 'eleven long');
    expect((await run(flow)).outputs.a).toBe(11);
    vi.unstubAllEnvs();
    await expect(checkSecrets(flow)).rejects.toMatchObject({ code: 'secrets_missing' });
  });

  test('that are missing are all named before anything starts, and nothing is kept', async () => {
    const store = createMemoryStore();
    let ran = 0;
    const below = workflow('below')
      .addTask('deep')
      .secrets('DEEP')
      .run(() => ran++);
    const flow = workflow('w')
      .addTask('a')
      .secrets('A', 'B')
      .run(() => ran++)
      .addTask('b')
      .secrets('B')
      .run(() => ran++)
      .addTask('c')
      .runWorkflow(below);
    const options = { store, id: 'r', secrets: () => ({ A: 'is there', B: '' }) };
    const { error, state } = await run(flow, undefined, options);
    expect(state).toBe('failed');
    expect(error).toMatchObject({ code: 'secrets_missing' });
    expect(error?.message).toBe(
      `workflow 'w' needs secrets that are not set:
  - B, for tasks 'a', 'b'
  - DEEP, for task 'c/deep'
Set them in the environment, or give run the option secrets`,
    );
    expect([ran, await store.list({})]).toEqual([0, []]);
  });

  test('that cannot be fetched stop the run, too', async () => {
    const flow = workflow('w')
      .addTask('a')
      .secrets('A')
      .run(() => 1);
    const secrets = (): never => {
      throw new Error('the vault is sealed');
    };
    const { error } = await run(flow, undefined, { secrets });
    expect(error).toMatchObject({ code: 'secrets_unavailable', cause: { message: 'the vault is sealed' } });
    const none = (await run(flow, undefined, { secrets: (() => null) as never })).error;
    expect(none?.message).toMatch(/must give an object/);
    expect(() => run(flow, undefined, { secrets: {} as never })).toThrow(/'secrets' must be a function/);
  });

  test('are in no event, result or log, in any form', async () => {
    const store = createMemoryStore();
    const { events, observe } = recorder();
    const result: RunResult = await run(
      talkative,
      { n: 1 },
      { ...given, store, id: 'r', observers: [observe] },
    );
    expect(result.state).toBe('failed');
    expect(lines(events)).toContain('compensation.failed undone#1');
    const told = [
      JSON.stringify(result),
      await whole(store, 'r'),
      ...events.map((event) => JSON.stringify(event, plainErrors)),
      ...allErrors(result),
    ].join('\n');
    expectClean(told);
    expect(told).toContain('no [secret API_TOKEN]');
    expect(result.tasks['says']?.attemptErrors[0]).toBeInstanceOf(TypeError);
    expect(result.error?.message).toContain(
      "task 'fails' failed: task 'fails' threw a value that is not an Error: [secret API_TOKEN]",
    );
  });

  test('are fetched anew by a process that goes on, and its log tells none', async () => {
    const store = createMemoryStore();
    const clock = new VirtualClock();
    const seen: string[] = [];
    const flow = workflow('w')
      .addTask('a')
      .secrets('API_TOKEN')
      .run((_, { secrets }) => void seen.push(secrets.API_TOKEN))
      .addTask('b')
      .dependsOn('a')
      .sleep('1h')
      .addTask('c')
      .dependsOn('b')
      .secrets('API_TOKEN')
      .run((_, { secrets, log }) => {
        seen.push(secrets.API_TOKEN);
        log.info(secrets.API_TOKEN);
      });
    const mortal = mortalStore(store, { appends: 6 });
    void run(flow, undefined, { ...given, id: 'r', clock, store: mortal.store });
    await clock.advance(50);
    await mortal.die();
    const refused = await clock.passUntil(resume(flow, 'r', { clock, store, secrets: () => ({}) }));
    expect(refused.error).toMatchObject({ code: 'secrets_missing' });
    const secrets = (): Record<string, string> => ({ API_TOKEN: 'a rotated token' });
    const { state } = await clock.passUntil(resume(flow, 'r', { clock, store, secrets }));
    expect([state, seen]).toEqual(['succeeded', [TOKEN, 'a rotated token']]);
    const text = await whole(store, 'r');
    expect(text).not.toContain('a rotated token');
    expect(text).toContain('[secret API_TOKEN]');
  });

  test('are the same for runs below, and for those that a function gives', async () => {
    const store = createMemoryStore();
    const child = workflow<{ t: string }>('child')
      .addTask('deep')
      .secrets('API_TOKEN')
      .run((_, { secrets, log }): number => {
        log.info(`deep ${secrets.API_TOKEN}`);
        throw new Error(`deep ${secrets.API_TOKEN}`);
      });
    const { events, observe } = recorder();
    for (const [id, below] of [
      ['known', child],
      ['given', () => child],
    ] as const) {
      const flow = workflow('w')
        .addTask('a')
        .runWorkflow(below, () => ({ t: 'x' }));
      const asked = vi.fn<SecretsProvider>(given.secrets);
      const result = await run(flow, undefined, { store, id, secrets: asked, observers: [observe] });
      expect(asked).toHaveBeenCalledOnce();
      expect(result.state).toBe('failed');
      expectClean((await whole(store, id)) + (await whole(store, `${id}~a`)) + allErrors(result).join('\n'));
      expect(result.error?.message).toContain('deep [secret API_TOKEN]');
    }
    expectClean(JSON.stringify(events, plainErrors));
    expect(events.filter(({ type }) => type === 'task.log')).toHaveLength(2);
  });
});

const gives = workflow('gives')
  .addTask('a')
  .secrets('API_TOKEN')
  .retry({ attempts: 3, delay: 0 })
  .run((_, { secrets }) => ({ rows: [{ 'x-auth': `Bearer ${secrets.API_TOKEN}` }] }))
  .addTask('b')
  .dependsOn('a')
  .run(({ a }) => a.rows[0]?.['x-auth'] === `Bearer ${TOKEN}`);

describe('an output with a secret', () => {
  test('fails its task in a run that is kept, without another attempt, and says where', async () => {
    const { tasks } = await run(gives, undefined, { ...given, store: createMemoryStore() });
    expect(tasks.a.attempts).toBe(1);
    expect(tasks.a.error).toMatchObject({
      code: 'secret_exposed',
      secret: 'API_TOKEN',
      path: 'output.rows[0]["x-auth"]',
    });
    expectClean(String(tasks.a.error?.stack));
  });

  test('reaches who depends on it in a run that is not kept, and nobody else', async () => {
    const { events, observe } = recorder();
    const result = await run(gives, undefined, { ...given, observers: [observe] });
    expect(result.outputs.b).toBe(true);
    expect(events.find(({ type }) => type === 'task.succeeded')).toMatchObject({
      output: { rows: [{ 'x-auth': 'Bearer [secret API_TOKEN]' }] },
    });
    expectClean(JSON.stringify(result));
  });

  test('cannot be given by a fallback or a person, either', async () => {
    const store = createMemoryStore();
    const flow = workflow('w')
      .addTask('a')
      .secrets('API_TOKEN')
      .fallback(() => TOKEN)
      .run((): string => {
        throw new Error('no');
      })
      .addTask('b')
      .recover([on(Error).escalate('what?')])
      .run((): string => {
        throw new Error('no');
      });
    const handle = run(flow, undefined, { ...given, store, id: 'r' });
    for await (const event of handle.events()) if (event.type === 'run.waiting') break;
    expect(() => handle.approve('b', TOKEN)).toThrow(/of secret API_TOKEN at output/);
    handle.approve('b', 'something else');
    const { tasks } = await handle;
    expect([tasks.a.error, tasks.b.state]).toMatchObject([{ code: 'secret_exposed' }, 'succeeded']);
    expectClean(await whole(store, 'r'));
  });

  test('is looked for in the input, too: what is kept would not be what was given', async () => {
    const store = createMemoryStore();
    const { error } = await run(talkative, { n: 1, t: TOKEN } as never, { ...given, store, id: 'r' });
    expect(error?.cause).toMatchObject({ code: 'secret_exposed', path: 'input.t' });
    expect(await store.list({})).toEqual([]);
    const { events, observe } = recorder();
    await run(talkative, { n: 1, t: TOKEN } as never, { ...given, observers: [observe] });
    expectClean(JSON.stringify(events, plainErrors));
  });
});

test('the reason of a cancelled run tells no secret', async () => {
  const { events, observe } = recorder();
  const flow = workflow('w')
    .addTask('a')
    .secrets('API_TOKEN')
    .run(
      (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
    );
  const handle = run(flow, undefined, { ...given, observers: [observe] });
  for await (const event of handle.events()) if (event.type === 'attempt.started') break;
  const result = await handle.cancel(`because of ${TOKEN}`);
  expect(result.state).toBe('cancelled');
  expectClean([...allErrors(result), JSON.stringify(events, plainErrors)].join('\n'));
});

describe('a definition with secrets', () => {
  const flow = workflow('w')
    .addTask('a')
    .secrets('A', 'B', 'A')
    .run(() => 1);

  test('is described, and read back', () => {
    expect(toJSON(flow).tasks).toEqual([{ id: 'a', secrets: ['A', 'B'] }]);
    expect(fromJSON(toJSON(flow), { handlers: { a: () => 1 } }).definition.tasks[0]?.secrets).toEqual([
      'A',
      'B',
    ]);
    expect(toText(compile(flow))).toContain('needs A, B');
    expect(compile(flow).needs.secrets).toEqual([
      { name: 'A', tasks: ['a'] },
      { name: 'B', tasks: ['a'] },
    ]);
  });

  test('is refused where a name cannot be one, or nothing reads them', () => {
    const bad = fromJSON(
      {
        id: 'w',
        tasks: [
          { id: 'a', secrets: 'A' },
          { id: 'b', secrets: ['', 3, 'C'] },
          { id: 'c', sleep: 5, secrets: ['C'] },
        ],
      },
      { handlers: { a: () => 1, b: () => 1 } },
    );
    const problems = (() => {
      try {
        compile(bad);
      } catch (error) {
        return error instanceof DefinitionError ? error.diagnostics : [];
      }
      return [];
    })();
    expect(problems.map(({ code, task }) => `${code} ${task ?? ''}`)).toEqual([
      'bad_secret a',
      'bad_secret b',
      'bad_secret b',
      'bad_secret c',
    ]);
  });
});

/** What errors say, for JSON. */
function plainErrors(_: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value instanceof Map ? [...value] : value;
  return {
    ...Object.fromEntries(Object.entries(value)),
    message: value.message,
    stack: value.stack,
    cause: value.cause,
  };
}

function allErrors({ error, tasks, compensations }: RunResult): string[] {
  const errors = [error, ...Object.values(tasks).flatMap((task) => [task.error, ...task.attemptErrors])];
  return [...errors, ...compensations.map((undone) => undone.error)].map(
    (one) => JSON.stringify(one, plainErrors) ?? '',
  );
}

test('the log of a run that is kept can be read without its secrets', async () => {
  const store = createMemoryStore();
  await run(talkative, { n: 1 }, { ...given, store, id: 'r' });
  const events: RunEvent[] = [];
  for await (const event of readLog(store, 'r')) events.push(event);
  expectClean(JSON.stringify(events, plainErrors));
  expect(events.at(-1)?.type).toBe('run.finished');
});
