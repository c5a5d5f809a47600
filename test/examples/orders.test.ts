import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { test } from '../e2e/sandbox.ts';

// What the pipeline does is tested beside it, as a user would; here is what its README shows.

afterEach(() => {
  vi.restoreAllMocks();
});

const readme = readFileSync(new URL('../../examples/orders/README.md', import.meta.url), 'utf8');

it('is approved in code as the README shows it', async () => {
  const printed = vi.spyOn(console, 'log').mockReturnValue();
  await import('../../examples/orders/approve.ts');
  expect(printed.mock.calls).toEqual([['bought 80 AAPL for $17,841.60']]);
  const code = readFileSync(new URL('../../examples/orders/approve.ts', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${code}\`\`\`\n`);
});

describe('the command', () => {
  const pipeline = fileURLToPath(new URL('../../examples/orders/pipeline.ts', import.meta.url));
  const stories = Array.from(
    readme.matchAll(
      /```console\n\$ npx wf-sdk run pipeline\.ts (?<flags>[^<\n]*)(?: <.*)?\n(?<shown>[^]*?)\n\$ echo \$\?\n(?<code>\d+)\n```/g,
    ),
    ({ groups = {} }) => groups,
  );
  const timeless = (text: string): string => text.replaceAll(/\d+(?:\.\d+)? m?s/g, '… ms');

  it('is in the README in a form that is run here', () => {
    expect(stories.length).toBe(readme.split('```console').length - 1);
  });

  test.for(stories)(
    'does what the README shows for $flags',
    async ({ flags = '', shown = '', code }, { sandbox }) => {
      const ended = await sandbox.run(['run', pipeline, ...flags.trim().split(' ')]);
      const wanted = timeless(shown).split('\n');
      const lines = timeless(ended.stderr).split('\n');
      expect(lines.filter((line) => wanted.includes(line))).toEqual(wanted);
      expect(String(ended.code)).toBe(code);
    },
  );
});
