import { spawnSync } from 'node:child_process';
import { describe, expect } from 'vitest';
import { command, type Sandbox } from './sandbox.ts';
import { sentTo, test } from './telemetry.ts';

const PIPELINE = `import { workflow } from 'wf-sdk';
import { shell } from 'wf-sdk/tasks';
export default workflow('etl')
  .addTask('extract')
  .run(shell('echo "reading a.csv" >&2; echo 1; echo 2; echo 3', { output: 'lines' }))
  .addTask('sum').dependsOn('extract').secrets('TOKEN')
  .run(shell(({ extract }) => ({ command: ['node', 'sum.mjs'], input: extract }), {
    output: 'json',
    env: (_, { secrets }) => ({ TOKEN: secrets.TOKEN }),
  }))
  .addTask('check').dependsOn('sum').retry({ attempts: 2, delay: '10ms' })
  .run(shell(({ sum }) => ['sh', '-c', 'echo "attempt $WF_ATTEMPT of $WF_RUN_ID"; test "$WF_ATTEMPT" = 2 || { echo busy >&2; exit 75; }', String(sum)]))
  .output(({ sum }) => sum);
`;

const SUM = `import { text } from 'node:stream/consumers';
console.error('asking with', process.env.TOKEN);
const rows = JSON.parse(await text(process.stdin));
console.log(JSON.stringify({ sum: rows.map(Number).reduce((a, b) => a + b) }));
`;

/** Does not listen to SIGTERM, and has a child that would sleep for long. */
const DEAF = (gracePeriod: string): string => `import { workflow } from 'wf-sdk';
import { shell } from 'wf-sdk/tasks';
export default workflow('deaf').addTask('work').run(shell(
  "trap '' TERM; sleep 300 & echo $! > pids; echo $$ >> pids; echo ready; while true; do sleep 0.02; done",
  { gracePeriod: '${gracePeriod}' },
));
`;

/** The states of the processes that a script wrote the IDs of. A zombie is one that has ended. */
function living(sandbox: Sandbox): readonly string[] {
  const pids = sandbox.read('pids').trim().split('\n').join(',');
  const { stdout } = spawnSync('ps', ['-o', 'stat=,args=', '-p', pids], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Z'));
}

describe.skipIf(process.platform === 'win32')('tasks that are commands', () => {
  test('run, and what they print is kept with the run', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', PIPELINE);
    sandbox.write('sum.mjs', SUM);
    const env = { TOKEN: 'pk-live-2b7e' };
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'r1'], {
      env,
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain('extract │ reading a.csv\n');
    expect(stderr).toContain('"sum": 6');
    const logs = await sandbox.run(['logs', 'r1']);
    expect(logs.stdout.split('\n').map((line) => line.slice('2026-01-31 10:00:00  '.length))).toEqual([
      'extract │ reading a.csv',
      'sum │ asking with [secret TOKEN]',
      'check │ attempt 1 of r1',
      'check │ busy',
      'check │ attempt 2 of r1',
      '',
    ]);
    const json = await sandbox.run(['logs', 'r1', '--task', 'check', '--json']);
    expect(JSON.parse(json.stdout.split('\n')[1] ?? '')).toMatchObject({
      level: 'info',
      message: 'busy',
      fields: { stream: 'stderr' },
    });
  });

  test('say what went wrong', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { shell } from 'wf-sdk/tasks';
      export default workflow('bad')
        .addTask('a').run(shell('echo "no such table" >&2; exit 3'))
        .addTask('b').run(shell(['pyhton3', 'load.py']));`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(1);
    expect(stderr).toContain(
      '✖ a\n    ShellError: the command failed with exit code 3: echo "no such table" >&2; exit 3\n      no such table\n',
    );
    expect(stderr).toContain(`there is no program 'pyhton3' in the PATH: install it, or give its path`);
    expect(stderr).not.toContain('dist/index.js');
  });

  test('run on threads of isolated tasks', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { shell } from 'wf-sdk/tasks';
      export default workflow('iso', { module: import.meta.url })
        .addTask('fan').matrix({ n: [1, 2] }).isolate().run(shell(({ matrix }) => ['echo', String(matrix.n)]))
        .output(({ fan }) => fan);`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(stderr).toContain('fan[1] │ 2\n');
    expect(code).toBe(0);
  });
});

describe.skipIf(process.platform === 'win32')('a command that does not listen', () => {
  test.for([
    { how: 'when the grace period is over', signals: ['SIGINT'], grace: '200ms', code: 130 },
    { how: 'when it is asked twice', signals: ['SIGINT', 'SIGINT'], grace: '1h', code: 130 },
    { how: 'with its process, which a signal ends', signals: ['SIGHUP'], grace: '1h', code: null },
  ] as const)('is killed $how', async ({ signals: [first, ...others], grace, code }, { sandbox }) => {
    sandbox.write('pipeline.ts', DEAF(grace));
    const started = sandbox.start(['run', 'pipeline.ts']);
    await started.printed('ready');
    expect(living(sandbox)).toHaveLength(2);
    started.kill(first);
    for (const signal of others) {
      await started.printed('cancelling');
      started.kill(signal);
    }
    expect((await started.ended).code).toBe(code);
    await expect.poll(() => living(sandbox)).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('the trace of a run', () => {
  test('goes on in the commands that it runs', async ({ traced, http }) => {
    const inner = [...command, 'run', 'inner.ts', '--quiet'].map((part) => `'${part}'`).join(', ');
    traced.write(
      'inner.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('inner').addTask('a').run(() => 1);`,
    );
    traced.write(
      'outer.ts',
      `import { workflow } from 'wf-sdk';
      import { shell } from 'wf-sdk/tasks';
      export default workflow('outer')
        .addTask('call').run(shell([${inner}]))
        .addTask('show').run(shell('echo "$TRACEPARENT"')).output(({ show }) => show);`,
    );
    const { code, stderr } = await traced.run(['run', 'outer.ts', '--output', 'result.json'], {
      env: { ...sentTo(http), TRACEPARENT: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const named = (name: string) => http.spans.find((span) => span.name === name);
    const [call, run] = [named('workflow.task call'), named('workflow.run inner')];
    expect(run).toMatchObject({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', parentSpanId: call?.spanId });
    const { output } = JSON.parse(traced.read('result.json')) as { readonly output: string };
    expect(output).toBe(`00-${run?.traceId}-${named('workflow.task show')?.spanId}-01`);
    const said = http.logs.find(({ attributes }) => attributes['stream'] === 'stdout');
    expect(said?.body).toBe(output);
  });

  test('is not handed on where the run is not traced', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { shell } from 'wf-sdk/tasks';
      export default workflow('w').addTask('a').run(shell('echo "[$TRACEPARENT]"'));`,
    );
    const { stderr } = await sandbox.run(['run', 'pipeline.ts'], {
      env: { TRACEPARENT: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
    });
    expect(stderr).toContain('a │ []\n');
  });
});
