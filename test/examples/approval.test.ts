import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { test } from '../e2e/sandbox.ts';

const readme = readFileSync(new URL('../../examples/approval/README.md', import.meta.url), 'utf8');
const pipeline = fileURLToPath(new URL('../../examples/approval/pipeline.ts', import.meta.url));

/** The commands of the README in order, what they print, and their exit codes. */
const stories = Array.from(
  readme.matchAll(
    /```console\n\$ npx wf-sdk (?<command>.*)\n(?<shown>[^]*?)\n\$ echo \$\?\n(?<code>\d+)\n```/g,
  ),
  ({ groups = {} }) => groups,
);

const timeless = (text: string): string => text.replaceAll(/(?:\d+(?:\.\d+)?|…) m?s/g, '… ms');

function words(command: string): string[] {
  return Array.from(command.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '').map(
    (word) => (word === 'pipeline.ts' ? pipeline : word),
  );
}

test('each command of the README does what it shows, in a process of its own', async ({ sandbox }) => {
  expect(stories.length).toBe(readme.split('```console').length - 1);
  for (const { command = '', shown = '', code } of stories) {
    const ended = await sandbox.run(words(command));
    const wanted = timeless(shown).split('\n');
    const lines = timeless(`${ended.stdout}${ended.stderr}`).split('\n');
    expect(lines.filter((line) => wanted.includes(line))).toEqual(wanted);
    expect(String(ended.code)).toBe(code);
  }
  expect(sandbox.read('out/co2-2019.md')).toBe(
    [
      '# Carbon dioxide: another record year',
      '',
      'In 2019 the air held 411.5 ppm of carbon dioxide; that rose by 2.9 ppm in a year.',
      '',
      '<!-- co2-2019/print -->',
      '',
    ].join('\n'),
  );
});
