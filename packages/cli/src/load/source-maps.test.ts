import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const { prepareStackTrace: original } = Error as {
  prepareStackTrace?: typeof Error.prepareStackTrace | undefined;
};
const cache = mkdtempSync(join(tmpdir(), 'wf-maps-'));

beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', cache);
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
  if (original === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
  else Error.prepareStackTrace = original;
});

test('a formatter that was there before gets the mapped positions', async () => {
  Error.prepareStackTrace = (error, [site]) =>
    `${error.message} ${site?.getFileName()} ${site?.getLineNumber()}:${site?.getColumnNumber()}`;
  const { mapStackTraces } = await import('./source-maps.ts');
  const { createTransform } = await import('./transform.ts');
  const file = '/project/pipeline.ts';
  const code = createTransform('/')(
    file,
    `export const make = (a: number): Error => new Error('here' as string);`,
  );
  mapStackTraces(file, code);
  const options = { filename: file, lineOffset: -1 };
  const body = runInThisContext(`(function (exports) {\n${code}\n})`, options) as (exports: object) => void;
  const exports: { make?: (a: number) => Error } = {};
  body(exports);
  expect(exports.make?.(1).stack).toBe('here /project/pipeline.ts 1:43');
});
