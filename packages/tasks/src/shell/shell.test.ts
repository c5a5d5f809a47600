import { createMemoryStore, OptionError, resume, run, ValidationError, workflow } from '@wf-sdk/core';
import { testRun } from '@wf-sdk/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { one, told } from '../../test/told.ts';
import { type Output, shell, ShellError } from '../index.ts';

const node = process.execPath;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wf-sdk-shell-'));
  writeFileSync(path.join(folder, 'plain.txt'), 'no program');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function outputOf(handler: Parameters<typeof one>[0]): Promise<unknown> {
  const { result } = await told(one(handler));
  if (result.error !== undefined) throw result.tasks['a']?.error ?? result.error;
  return result.output;
}

async function failureOf(handler: Parameters<typeof one>[0]): Promise<ShellError> {
  const { result } = await told(one(handler));
  const error = result.tasks['a']?.error;
  if (!(error instanceof ShellError)) throw new Error('it failed otherwise, or not at all', { cause: error });
  return error;
}

describe.skipIf(process.platform === 'win32')('a command', () => {
  test('is a text for the shell, or a program whose arguments no shell looks at', async () => {
    expect(await outputOf(shell('echo "a b" | tr a-z A-Z'))).toBe('A B');
    expect(await outputOf(shell(['printf', '%s', 'a "b" $HOME; `ls`']))).toBe('a "b" $HOME; `ls`');
  });

  test('is made of what the task reads', async () => {
    const flow = workflow<number>('w')
      .addTask('path')
      .run(() => 'a b.csv')
      .addTask('each')
      .dependsOn('path')
      .forEach(({ input }) => [1, input])
      .run(shell(({ path: name, item }, { attempt }) => ['echo', name, String(item), String(attempt)]))
      .output(({ each }) => each);
    expect((await run(flow, 2)).output).toEqual(['a b.csv 1 1', 'a b.csv 2 1']);
  });

  test('says with itself what it needs, which goes before the options', async () => {
    const task = shell(
      async () =>
        Promise.resolve({ command: 'cat; echo "$A $B"; pwd', cwd: '/', env: { B: '2' }, input: 'x' }),
      { cwd: folder, env: { A: '1', B: '1' }, input: 'y' },
    );
    expect(await outputOf(task)).toBe('x1 2\n/');
  });

  test('is looked at before it is run', async () => {
    expect(() => shell('')).toThrow(OptionError);
    expect(() => shell(['', 'x'])).toThrow(OptionError);
    expect(() => shell('ls', { gracePeriod: 'soon' as '5s' })).toThrow(/gracePeriod/);
    expect(() => shell('ls', { outputLimit: 'much' as '1MB' })).toThrow(/outputLimit/);
    expect(() => shell('ls', { output: 'csv' as 'text' })).toThrow(/output/);
    expect(() => shell('ls', { successCodes: [256] })).toThrow(/successCodes/);
    expect(() => shell('ls', { log: ['stdin' as 'stdout'] })).toThrow(/log/);
    expect(() => shell('ls', { env: { A: 1 as unknown as string } })).toThrow(/env/);
    expect(() => shell('ls', { cwd: 1 as unknown as string })).toThrow(/cwd/);
    await expect(outputOf(shell(() => ['ls', 1 as unknown as string]))).rejects.toThrow(/'command' must be/);
    await expect(outputOf(shell('ls', { input: 1n }))).rejects.toThrow(/'input' must be/);
  });
});

describe.skipIf(process.platform === 'win32')('what it reads', () => {
  test.for([
    ['text', 'é\n', 'é'],
    ['bytes', new TextEncoder().encode('é'), 'é'],
    ['a value', { n: [1, null] }, '{"n":[1,null]}'],
    ['nothing', undefined, ''],
  ] as const)('is %s', async ([, input, output]) => {
    expect(await outputOf(shell(['cat'], { input }))).toBe(output);
  });

  test('need not be read to its end', async () => {
    expect(await outputOf(shell(['true'], { input: 'x'.repeat(5_000_000) }))).toBe('');
  });
});

describe.skipIf(process.platform === 'win32')('the output', () => {
  const TEXT = 'printf "1\\n\\n2\\n\\n"';
  test.for([
    ['text', TEXT, '1\n\n2\n'],
    ['lines', TEXT, ['1', '', '2', '']],
    ['lines', 'true', []],
    ['json', 'echo "{ \\"a\\": [1] }"', { a: [1] }],
    ['none', TEXT, undefined],
    [z.object({ a: z.string().transform(Number) }), `echo '{ "a": "1" }'`, { a: 1 }],
  ] as const)('is %s', async ([output, command, expected]) => {
    expect(await outputOf(shell(command, { output: output as Output }))).toEqual(expected);
  });

  test('that is no JSON fails the task', async () => {
    const error = await failureOf(shell('echo oops', { output: 'json' }));
    expect(error.reason).toBe('output_unreadable');
    expect(error.message).toContain('is no JSON (it begins with "oops"…): echo oops');
    expect(error.cause).toBeInstanceOf(SyntaxError);
    expect((await failureOf(shell('true', { output: 'json' }))).message).toContain('has written nothing');
  });

  test('that does not fit its schema fails the task without another attempt', async () => {
    const flow = workflow('w')
      .addTask('a')
      .retry({ attempts: 3, delay: 1 })
      .run(shell('echo 1', { output: z.string() }));
    const { tasks } = await run(flow);
    expect(tasks.a.error).toBeInstanceOf(ValidationError);
    expect(tasks.a.attempts).toBe(1);
  });

  test('that is more than is kept stops the command', async () => {
    const error = await failureOf(shell('yes', { outputLimit: '1MB', log: [] }));
    expect(error).toMatchObject({ reason: 'output_too_large', exitCode: undefined });
    expect(error.message).toContain('more than 1,000,000 bytes');
    const size = 'head -c 3000000 /dev/zero';
    expect(await outputOf(shell(size, { outputLimit: '1MB', output: 'none', log: [] }))).toBeUndefined();
  });
});

describe.skipIf(process.platform === 'win32')('what it writes', () => {
  const BOTH = 'echo 1; echo 2 >&2; printf 3';

  test('is logged line by line', async () => {
    const { said } = await told(one(shell(BOTH)));
    expect(said.filter(({ stream }) => stream === 'stdout').map(({ message }) => message)).toEqual([
      '1',
      '3',
    ]);
    expect(said.filter(({ stream }) => stream === 'stderr').map(({ message }) => message)).toEqual(['2']);
  });

  test.for([
    [{ output: 'lines' }, ['stderr']],
    [{ output: 'json' }, ['stderr']],
    [{ output: 'none' }, ['stderr', 'stdout']],
    [{ output: 'lines', log: ['stdout'] }, ['stdout']],
    [{ log: [] }, []],
  ] as const)('is logged as %o says', async ([options, streams]) => {
    const { said } = await told(one(shell('echo 1; echo 2 >&2', options)));
    expect(said.map(({ stream }) => String(stream)).toSorted()).toEqual(streams);
  });

  test('is logged while it is written', async () => {
    const go = path.join(folder, 'go');
    const task = shell('echo first; while [ ! -e "$GO" ]; do sleep 0.01; done; echo second', {
      env: { GO: go },
    });
    const handle = run(one(task));
    const seen: string[] = [];
    for await (const event of handle.events()) {
      if (event.type !== 'task.log') continue;
      seen.push(event.message);
      writeFileSync(go, '');
    }
    expect(seen).toEqual(['first', 'second']);
  });

  test('tells no secret', async () => {
    const flow = workflow('w')
      .addTask('a')
      .secrets('TOKEN')
      .run(
        shell('echo "with $TOKEN"; echo "as $TOKEN" >&2; exit 3', {
          env: (_, { secrets }) => ({ TOKEN: secrets.TOKEN }),
        }),
      );
    const { result, said } = await told(flow, { secrets: () => ({ TOKEN: 'pk-live-2b7e' }) });
    expect(said.map(({ message }) => message).toSorted()).toEqual([
      'as [secret TOKEN]',
      'with [secret TOKEN]',
    ]);
    expect(result.tasks['a']?.error?.message).toContain('exit code 3');
    expect(result.tasks['a']?.error?.message).toContain('\n  as [secret TOKEN]');
  });
});

describe.skipIf(process.platform === 'win32')('a command that fails', () => {
  test('says how, and what it wrote last', async () => {
    const error = await failureOf(shell('echo out; for i in $(seq 12); do echo "e $i" >&2; done; exit 7'));
    expect(error).toMatchObject({
      name: 'ShellError',
      code: 'shell_failed',
      reason: 'exit_code',
      exitCode: 7,
    });
    expect(error.lastLines).toHaveLength(10);
    expect(error.message.split('\n').slice(0, 2)).toEqual([
      'the command failed with exit code 7: echo out; for i in $(seq 12); do echo "e $i" >&2; done; exit 7',
      '  e 3',
    ]);
    expect((await failureOf(shell('echo why; exit 1'))).lastLines).toEqual(['why']);
  });

  test('is one that a signal ended', async () => {
    const error = await failureOf(shell('kill -KILL $$'));
    expect(error).toMatchObject({ reason: 'signal', exitCode: undefined, signal: 'SIGKILL' });
    expect(error.message).toContain('ended by SIGKILL (out of memory, perhaps)');
  });

  test.for([
    {
      what: 'no program',
      command: ['nowhere-to-be-found'],
      message: `no program 'nowhere-to-be-found' in the PATH`,
    },
    { what: 'no file', command: ['./nothing.sh'], message: 'there is no program ' },
    { what: 'no folder', command: ['ls'], cwd: '/not/there', message: 'no folder /not/there to run it in' },
    { what: 'a file as folder', command: ['ls'], cwd: 'package.json', message: 'is no folder' },
    {
      what: 'a file that is no program',
      command: ['FOLDER/plain.txt'],
      message: 'may not be executed',
    },
    {
      what: 'too much',
      command: ['echo', 'x'.repeat(3_000_000)],
      message: 'hand it what is long as its input',
    },
  ])('is one that cannot be started: $what', async ({ command, cwd, message }) => {
    const [program = '', ...args] = command;
    const error = await failureOf(
      shell([program.replace('FOLDER', folder), ...args], cwd === undefined ? {} : { cwd }),
    );
    expect(error.reason).toBe('not_started');
    expect(error.message).toContain(message);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('is none with an exit code that was said to be a success', async () => {
    expect(await outputOf(shell('echo same; exit 1', { successCodes: [0, 1] }))).toBe('same');
  });

  test('is tried again, where its exit code says so', async () => {
    const flow = (code: number) =>
      workflow('w')
        .addTask('a')
        .retry({
          attempts: 3,
          delay: 1,
          retryIf: (error) => error instanceof ShellError && error.exitCode === 75,
        })
        .run(shell('test $WF_ATTEMPT = 3 || exit $CODE; echo done', { env: { CODE: String(code) } }));
    const third = await run(flow(75));
    expect([third.outputs.a, third.tasks.a.attempts]).toEqual(['done', 3]);
    expect((await run(flow(1))).tasks.a).toMatchObject({ state: 'failed', attempts: 1 });
  });

  test('is what it was after its run was kept', async () => {
    const store = createMemoryStore();
    const flow = one(shell(['sh', '-c', 'echo no >&2; exit 4']));
    await run(flow, undefined, { store, id: 'r' });
    const { tasks } = await resume(flow, 'r', { store });
    expect(tasks.a.error).toBeInstanceOf(ShellError);
    expect(tasks.a.error).toMatchObject({
      name: 'ShellError',
      exitCode: 4,
      command: ['sh', '-c', 'echo no >&2; exit 4'],
      lastLines: ['no'],
    });
  });
});

describe.skipIf(process.platform === 'win32')('its environment', () => {
  const shown = 'echo "$WF_RUN_ID $WF_TASK_ID $WF_ATTEMPT $WF_IDEMPOTENCY_KEY ${TRACEPARENT-none} $A $B"';

  test('names the run and the attempt, and no span that is not its own', async () => {
    vi.stubEnv('TRACEPARENT', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
    vi.stubEnv('A', 'a');
    vi.stubEnv('B', 'b');
    const flow = one(shell(shown, { env: { B: undefined } }));
    const { result } = await told(flow, { id: 'r1' });
    vi.unstubAllEnvs();
    expect(result.output).toBe('r1 a 1 r1/a none a ');
  });
});

describe.skipIf(process.platform === 'win32')('in a workflow', () => {
  test('a stub stands for it, and nothing is started', async () => {
    const flow = one(shell(['nowhere-to-be-found']));
    const result = await testRun(flow, { stubs: { a: async () => Promise.resolve('stubbed') } });
    expect(result.output).toBe('stubbed');
  });

  test('it runs in virtual time, too', async () => {
    expect((await testRun(one(shell([node, '-e', 'setTimeout(() => console.log(1), 50)'])))).output).toBe(
      '1',
    );
  });

  test('its cached output holds for its command', async () => {
    const store = createMemoryStore();
    const flow = (command: string) => workflow('w').addTask('a').cache().run(shell(command));
    const by = async (command: string) => {
      const { outputs, tasks } = await run(flow(command), undefined, { store });
      return [outputs.a, tasks.a.by];
    };
    expect(await by('echo 1')).toEqual(['1', undefined]);
    expect(await by('echo 1')).toEqual(['1', 'cache']);
    expect(await by('echo 2')).toEqual(['2', undefined]);
  });
});
