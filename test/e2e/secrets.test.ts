import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { test, type Sandbox } from './sandbox.ts';

const TOKEN = 'tok/en+"7f3a-öß\\9c21';

const forms = [
  TOKEN,
  JSON.stringify(TOKEN).slice(1, -1),
  JSON.stringify(JSON.stringify(TOKEN)).slice(3, -3),
  encodeURIComponent(TOKEN),
  Buffer.from(TOKEN).toString('hex'),
  ...['', ':', 'u:'].flatMap((before) => [
    Buffer.from(`${before}${TOKEN}`).toString('base64').slice(4, -4),
    Buffer.from(`${before}${TOKEN}`).toString('base64url').slice(4, -4),
  ]),
];

/** Says its secret wherever it can: in logs, errors, retries, a fan-out, an undo function, on a thread. */
const TALKATIVE = `import { workflow } from 'wf-sdk';
const all = (value: string) => [
  value, JSON.stringify({ value }), encodeURIComponent(value), Buffer.from(value).toString('hex'),
  ...['', ':', 'u:'].flatMap((before) => [
    Buffer.from(before + value).toString('base64'), Buffer.from(before + value).toString('base64url'),
  ]),
];
const big = 'x'.repeat(300_000);
export default workflow('talkative')
  .addTask('says').secrets('API_TOKEN').retry({ attempts: 3, delay: 1 })
  .run((_, { secrets, log, attempt }) => {
    for (const form of all(secrets.API_TOKEN)) log.warn('said ' + form, { form, list: [form], bytes: Buffer.from(form) });
    log.warn('at length', { text: big + secrets.API_TOKEN + big });
    if (attempt < 3) throw Object.assign(new Error('no ' + all(secrets.API_TOKEN).join(' ')), { token: secrets.API_TOKEN });
    return 'said';
  })
  .addTask('fans').secrets('API_TOKEN').allowFailure().forEach(() => [1, 2, 3], { join: 'allSettled' })
  .run(({ item }, { secrets }) => {
    if (item === 2) throw new Error(secrets.API_TOKEN, { cause: secrets.API_TOKEN });
    return item;
  })
  .addTask('far').secrets('API_TOKEN').isolate().allowFailure()
  .run((_, { secrets, log }): number => {
    log.warn('far away: ' + secrets.API_TOKEN);
    throw new TypeError('far away: ' + secrets.API_TOKEN);
  })
  .addTask('undone').secrets('API_TOKEN')
  .compensate((_: number, __, { secrets }) => { throw new Error('undo ' + secrets.API_TOKEN); })
  .run(() => 1)
  .addTask('parses').dependsOn('says', 'fans', 'undone').secrets('API_TOKEN').allowFailure()
  .run((_, { secrets }): unknown => JSON.parse(secrets.API_TOKEN))
  .addTask('exposes').dependsOn('says', 'undone').secrets('API_TOKEN')
  .run((_, { secrets }) => ({ header: 'Bearer ' + secrets.API_TOKEN }))
  .output(({ exposes }) => exposes);
`;

const NEEDS = `import { workflow } from 'wf-sdk';
import { writeFileSync } from 'node:fs';
export default workflow('needs')
  .addTask('a').secrets('API_TOKEN', 'DB_URL').run((_, { secrets }) => { writeFileSync('ran', ''); return secrets.API_TOKEN.length; })
  .addTask('b').secrets('DB_URL').run((_, { secrets }) => secrets.DB_URL.length)
  .output((outputs) => outputs);
`;

function expectClean(text: string): void {
  expect(forms.filter((form) => text.includes(form))).toEqual([]);
}

/** Every byte of every file of the project that the test did not write. */
function everything(sandbox: Sandbox): string {
  return sandbox
    .list()
    .filter((name) => !/^(?:pipeline\.ts|\.env|node_modules.*)$/.test(name))
    .flatMap((name) => {
      try {
        const bytes = readFileSync(sandbox.path(name));
        return [bytes.toString('utf8'), bytes.toString('utf16le')];
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EISDIR') return [];
        throw error;
      }
    })
    .join('\n');
}

describe('secrets', () => {
  test('are in no byte that a durable run writes or prints', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', TALKATIVE);
    sandbox.write('.env', `API_TOKEN='${TOKEN}'\n`);
    const plain = await sandbox.run([
      'run',
      'pipeline.ts',
      '--durable',
      '--run-id',
      'one',
      '--events',
      'one.events',
      '--output',
      'one.json',
    ]);
    expect(plain.code).toBe(1);
    expect(plain.stderr).toContain(
      "the output of task 'exposes' holds the value of secret API_TOKEN at output.header",
    );
    const json = await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'two', '--json']);
    const shown = await Promise.all(
      [
        ['status', 'one'],
        ['status', 'one', '--json'],
        ['logs', 'one'],
        ['events', 'one', '--json'],
        ['runs', '--json'],
      ].map((args) => sandbox.run(args)),
    );
    expectClean([plain, json, ...shown].map(({ stdout, stderr }) => stdout + stderr).join('\n'));
    expect(json.stdout).toContain('"far away: [secret API_TOKEN]"');
    const written = everything(sandbox);
    expectClean(written);
    expect(written).toContain('[secret API_TOKEN]');
    expect(sandbox.list()).toContain('.wf/wf.db');
  });

  test('are in no byte that a plain run writes or prints, where an output has one, too', async ({
    sandbox,
  }) => {
    sandbox.write('pipeline.ts', TALKATIVE);
    const env = { API_TOKEN: TOKEN };
    const plain = await sandbox.run(['run', 'pipeline.ts', '--events', 'e', '--output', 'o.json'], { env });
    expect(plain.stderr).toContain('"header": "Bearer [secret API_TOKEN]"');
    expect(plain.code).toBe(0);
    expectClean(plain.stdout + plain.stderr + everything(sandbox));
    expect(sandbox.read('o.json')).toContain('"Bearer [secret API_TOKEN]"');
  });

  test('that are missing are all named before anything is run or kept', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', NEEDS);
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--durable']);
    expect(stderr).toBe(`workflow 'needs' needs secrets that are not set:
  API_TOKEN  for a
  DB_URL  for a, b
set them in the environment, or in .env
`);
    expect([code, sandbox.list()]).toEqual([2, expect.not.arrayContaining(['ran', '.wf'])]);
    const dry = await sandbox.run(['run', 'pipeline.ts', '--dry-run']);
    expect([dry.code, dry.stderr]).toEqual([0, '']);
    expect(dry.stdout).toContain(`\n\n${stderr}\nnothing was run (--dry-run)\n`);
    const json = await sandbox.run(['run', 'pipeline.ts', '--dry-run', '--json'], {
      env: { DB_URL: 'long enough' },
    });
    expect(JSON.parse(json.stdout)).toMatchObject({ missingSecrets: [{ name: 'API_TOKEN', tasks: ['a'] }] });
    expect(json.stdout).not.toContain('long enough');
  });

  test('come from the environment, then from .env here and beside the pipeline, or from a file that is named', async ({
    sandbox,
  }) => {
    sandbox.write('sub/pipeline.ts', NEEDS);
    sandbox.write('sub/.env', '# of the project\nAPI_TOKEN="beside"\nDB_URL=far too long\n');
    sandbox.write('.env', 'DB_URL=here\n');
    sandbox.write('other.env', 'API_TOKEN=another one\nDB_URL=db\n');
    const lengths = async (args: readonly string[], env: Record<string, string> = {}): Promise<unknown> => {
      const { stdout } = await sandbox.run(['run', 'sub/pipeline.ts', '--json', ...args], { env });
      return (JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { output: unknown }).output;
    };
    expect(await lengths([])).toEqual({ a: 6, b: 4 });
    expect(await lengths([], { API_TOKEN: 'env' })).toEqual({ a: 3, b: 4 });
    expect(await lengths(['--secrets-file', 'other.env'])).toEqual({ a: 11, b: 2 });
    const { code, stderr } = await sandbox.run(['run', 'sub/pipeline.ts', '--secrets-file', 'none.env']);
    expect([code, stderr]).toEqual([2, 'none.env cannot be read: there is no such file\n']);
  });

  test('are needed by the process that goes on, too', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      TALKATIVE.replace(
        ".addTask('exposes')",
        ".addTask('waits').dependsOn('says').recover([on(Error).escalate('?')]).run((): number => { throw new Error('no'); })\n  .addTask('exposes')",
      ).replace('{ workflow }', '{ on, workflow }'),
    );
    const env = { API_TOKEN: TOKEN };
    expect((await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one'], { env })).code).toBe(3);
    const refused = await sandbox.run(['resume', 'one']);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('  API_TOKEN  for says, fans, far, undone, parses, exposes'),
    ]);
    await sandbox.run(['approve', 'one', 'waits', '1']);
    const resumed = await sandbox.run(['resume', 'one', '--secrets-file', 'secrets.env'], {
      env: { ...env },
    });
    expect(resumed.code).toBe(2);
    sandbox.write('secrets.env', `API_TOKEN='${TOKEN}'`);
    const { code, stdout, stderr } = await sandbox.run(['resume', 'one', '--secrets-file', 'secrets.env']);
    expect(code).toBe(1);
    expectClean(stdout + stderr);
  });
});
