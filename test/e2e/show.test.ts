import { describe, expect } from 'vitest';
import { test } from './sandbox.ts';

const MIXED = `import { workflow } from 'wf-sdk';
export default workflow('mixed').addTask('fine').run(() => 1).addTask('broken').run(() => { throw new Error('no'); });
`;

const ESCAPE = '\u001b';

describe('colours', () => {
  test('are left out where the output is no terminal', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', MIXED);
    const { stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(stderr).not.toContain(ESCAPE);
  });

  test('are there with FORCE_COLOR', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', MIXED);
    const { stderr } = await sandbox.run(['run', 'pipeline.ts'], { env: { FORCE_COLOR: '1' } });
    expect(stderr).toContain(`${ESCAPE}[32m✔${ESCAPE}[39m fine`);
    expect(stderr).toContain(`${ESCAPE}[31mno${ESCAPE}[39m`);
  });

  test.for<[Record<string, string>]>([[{ FORCE_COLOR: '1', NO_COLOR: '1' }], [{ FORCE_COLOR: '0' }]])(
    'are left out with %j',
    async ([env], { sandbox }) => {
      sandbox.write('pipeline.ts', MIXED);
      const run = await sandbox.run(['run', 'pipeline.ts'], { env });
      expect(run.stderr).toContain('✔ fine');
      expect(run.stderr).not.toContain(ESCAPE);
      const help = await sandbox.run(['run', 'pipeline.ts', '--help'], { env });
      expect(help.stdout).not.toContain(ESCAPE);
    },
  );
});

test('a line is printed for each thing when it happens', async ({ sandbox }) => {
  sandbox.write(
    'pipeline.ts',
    `import { workflow } from 'wf-sdk';
    import { existsSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    export default workflow('steps')
      .addTask('first').run(() => 1)
      .addTask('second').dependsOn('first').run(async () => { while (!existsSync('go')) await sleep(2); });`,
  );
  const started = sandbox.start(['run', 'pipeline.ts'], { env: { CI: 'true' } });
  await started.printed('▸ second');
  sandbox.write('go', '');
  const { stderr } = await started.ended;
  const shown = stderr
    .replaceAll(/\d+(\.\d+)? m?s/g, 'N ms')
    .replace(/run \w{26}/, 'run ID')
    .split('\n');
  expect(shown.slice(-2)).toEqual([expect.stringMatching(/^ {2}slowest: \w+ N ms, \w+ N ms$/), '']);
  expect(shown.slice(0, -2)).toEqual([
    'steps · run ID',
    '▸ first',
    '✔ first  N ms',
    '▸ second',
    '✔ second  N ms',
    '✔ success  2 of 2 tasks succeeded in N ms',
  ]);
});
