import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPipeline } from './find-pipeline.ts';
import { LoadError } from './load-error.ts';

const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'wf-find-')));
beforeAll(() => {
  mkdirSync(join(cwd, 'flows', 'empty'), { recursive: true });
  for (const file of [
    'pipeline.ts',
    'flows/daily.mts',
    'flows/weekly.js',
    'flows/weekly.test.ts',
    'data.json',
    'view.tsx',
  ]) {
    writeFileSync(join(cwd, file), '');
  }
  symlinkSync(join(cwd, 'flows/daily.mts'), join(cwd, 'link.ts'));
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

function refusal(file: string): string {
  try {
    findPipeline(file, cwd);
  } catch (error) {
    if (error instanceof LoadError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('the file was taken');
}

describe('findPipeline', () => {
  test('finds a file from where the user stands, and what a link leads to', () => {
    expect(findPipeline('pipeline.ts', cwd)).toBe(join(cwd, 'pipeline.ts'));
    expect(findPipeline('./flows/weekly.js', cwd)).toBe(join(cwd, 'flows/weekly.js'));
    expect(findPipeline('link.ts', cwd)).toBe(join(cwd, 'flows/daily.mts'));
  });

  test.each<[string, string]>([
    ['pipelin.ts', 'no_such_file: No such file: pipelin.ts. Did you mean pipeline.ts?'],
    ['pipeline', 'no_such_file: No such file: pipeline. Did you mean pipeline.ts?'],
    ['pipeline.js', 'no_such_file: No such file: pipeline.js. Did you mean pipeline.ts?'],
    ['flows/dialy.mts', 'no_such_file: No such file: flows/dialy.mts. Did you mean flows/daily.mts?'],
    [
      'flows/zzzzzzzz.ts',
      'no_such_file: No such file: flows/zzzzzzzz.ts. The folder has daily.mts, weekly.js.',
    ],
    ['nowhere/x.ts', 'no_such_file: No such file: nowhere/x.ts. There is no folder nowhere.'],
    [
      'flows',
      'is_a_directory: flows is a folder, not a pipeline file. The folder has flows/daily.mts, flows/weekly.js.',
    ],
    [
      'flows/empty',
      'is_a_directory: flows/empty is a folder, not a pipeline file. A pipeline is a .ts, .mts, .js or .mjs file.',
    ],
    [
      'data.json',
      'unsupported_file: Cannot run data.json: its extension is .json. ' +
        'A pipeline is a .ts, .mts, .js or .mjs file written as an ES module.',
    ],
    [
      'view.tsx',
      'unsupported_file: Cannot run view.tsx: its extension is .tsx. ' +
        'A pipeline is a .ts, .mts, .js or .mjs file written as an ES module. Rename it to .ts.',
    ],
  ])('%s', (file, told) => {
    expect(refusal(file)).toBe(told);
  });

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'a file without the right to read it',
    () => {
      writeFileSync(join(cwd, 'locked.ts'), '');
      chmodSync(join(cwd, 'locked.ts'), 0o000);
      expect(refusal('locked.ts')).toMatch(/^unreadable_file: /);
    },
  );
});
