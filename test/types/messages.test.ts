import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from 'vitest';

import { compile, compilers, type Diagnostic, options } from './compilers.mjs';
import { differences, inOneOrder, readExpectations, withoutDirectives } from './expectations.mjs';
import { withProject } from './workspace.mjs';

const packages = path.join(import.meta.dirname, '../../packages');

/** Where type tests with such expectations are: in which sources, and there in which folder. */
const places = [
  { sources: 'core/src', folder: '.' },
  { sources: 'testing/src', folder: 'run' },
].map(({ sources, folder }) => {
  const root = path.join(packages, sources);
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test-d.ts'))
    .map((file) => path.join(folder, file));
  const texts = new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
  return { sources, root, files, texts };
});

test.each(places)('there are type tests in $sources, with expectations', ({ files, texts }) => {
  expect(files.length).toBeGreaterThan(0);
  const expectations = [...texts.values()].flatMap((text) => readExpectations(text));
  expect(expectations.length).toBeGreaterThan(0);
});

describe.each(compilers)('TypeScript $version', (compiler) => {
  test.each(places)('says what the type tests of $sources expect, there and then only', async (place) => {
    const { root, files, texts } = place;
    const project = {
      ...Object.fromEntries([...texts].map(([file, text]) => [file, withoutDirectives(text)])),
      // Beside the sources, as it were, so that the tests' relative imports lead there.
      'tsconfig.json': { compilerOptions: { ...options, rootDirs: ['.', root] }, files },
    };
    const { diagnostics, output } = await withProject(project, (folder) => compile(compiler, folder));
    const wrong = files.map((file): [string, string[]] => {
      const expected = readExpectations(texts.get(file) ?? '');
      return [
        file,
        differences(
          expected,
          diagnostics.filter((one) => path.normalize(one.file) === file),
        ),
      ];
    });
    expect(Object.fromEntries(wrong.filter(([, found]) => found.length > 0))).toEqual({});
    const elsewhere = diagnostics.filter((one) => !files.includes(path.normalize(one.file)));
    expect(elsewhere).toEqual([]);
    expect(output).toContain('Instantiations:');
  });
});

describe('the expectations themselves', () => {
  const source = [
    `// @ts-expect-error TS2345 at 'b': Argument of type '"b"' is not … '"a" | "c"'.`,
    `//   Because of this.`,
    `  run('a', 'b');`,
  ].join('\n');
  const message = `Argument of type '"b"' is not assignable to parameter of type '"c" | "a"'.`;
  const details = ['Something first.', 'Because of this.'];
  const right: Diagnostic = { file: 'x.ts', line: 3, column: 12, code: 2345, message, details };
  const found = (...diagnostics: Diagnostic[]) => differences(readExpectations(source), diagnostics).length;

  test('fit what they say', () => {
    expect(found(right)).toBe(0);
  });

  test.each([
    ['another line', { line: 2 }],
    ['another column', { column: 3 }],
    ['another code', { code: 2339 }],
    ['another message', { message: message.replace('"a"', '"d"') }],
    ['another explanation', { details: ['Something first.'] }],
  ])('do not fit %s', (_, change) => {
    expect(found({ ...right, ...change })).toBe(2);
  });

  test('do not fit nothing, nor one error more', () => {
    expect(found()).toBe(1);
    expect(found(right, right)).toBe(1);
  });

  test('need a text that is there exactly once', () => {
    const twice = source.replace(`at 'b'`, `at a`).replace(`run('a'`, `ran('a'`);
    expect(readExpectations(twice)[0]?.column).toBe(0);
  });

  test('do not mind the order of unions and of members', () => {
    expect(inOneOrder(`type '{ b: X<2 | 1> | "a"; a: { d: 1; c: () => void; }; }' | 0`)).toBe(
      inOneOrder(`type '{ a: { c: () => void; d: 1; }; b: "a" | X<1 | 2>; }' | 0`),
    );
    expect(inOneOrder(`'{ a: 1; }'`)).not.toBe(inOneOrder(`'{ a: 2; }'`));
  });
});
