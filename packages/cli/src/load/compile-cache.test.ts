import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cacheFolder } from './cache-folder.ts';
import { createCompileCache } from './compile-cache.ts';

const root = mkdtempSync(join(tmpdir(), 'wf-cache-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

function fresh(): string {
  return mkdtempSync(join(root, 'x-'));
}

describe('createCompileCache', () => {
  test('compiles once for one source, again for another, and keeps one entry for a file', () => {
    const folder = fresh();
    const compiled: string[] = [];
    const get = (file: string, source: string): string =>
      createCompileCache(folder)(file, source, () => {
        compiled.push(source);
        return `out ${source}`;
      });
    expect(get('/p/a.ts', 'one')).toMatch(/^out one/);
    expect(get('/p/a.ts', 'one')).toMatch(/^out one/);
    expect(get('/q/a.ts', 'one')).toMatch(/^out one/);
    expect(get('/p/a.ts', 'two')).toMatch(/^out two/);
    expect(compiled).toEqual(['one', 'one', 'two']);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('an entry cut short is not taken', () => {
    const folder = fresh();
    const cache = createCompileCache(folder);
    cache('/p/a.ts', 'source', () => 'compiled');
    const entry = join(folder, readdirSync(folder)[0] ?? '');
    writeFileSync(entry, readFileSync(entry, 'utf8').slice(0, -10));
    expect(cache('/p/a.ts', 'source', () => 'again')).toMatch(/^again/);
  });

  test('a failure is not kept', () => {
    const cache = createCompileCache(fresh());
    const fail = (): string => {
      throw new Error('syntax');
    };
    expect(() => cache('/p/a.ts', 'source', fail)).toThrow('syntax');
    expect(cache('/p/a.ts', 'source', () => 'fine')).toMatch(/^fine/);
  });

  test.each<[string, () => string | undefined]>([
    ['no folder', () => undefined],
    ['a folder that has gone', () => join(root, 'gone')],
    ['a file in its place', () => new URL('compile-cache.ts', import.meta.url).pathname],
  ])('works with %s', (_, folder) => {
    expect(createCompileCache(folder())('/p/a.ts', 'source', () => 'compiled')).toMatch(/^compiled/);
  });
});

describe.skipIf(process.platform === 'win32')('cacheFolder', () => {
  test('is the user’s, for one version, closed to others', () => {
    const home = fresh();
    const folder = cacheFolder('v1', { XDG_CACHE_HOME: home });
    expect(folder).toBe(join(home, 'wf-sdk', 'pipelines-v1'));
    expect(statSync(folder ?? '').mode & 0o077).toBe(0);
    expect(cacheFolder('v2', { XDG_CACHE_HOME: home })).not.toBe(folder);
  });

  test('is a private one in the temporary folder where the user’s cannot be made', () => {
    const blocked = join(fresh(), 'file');
    writeFileSync(blocked, '');
    const folder = cacheFolder('test', { XDG_CACHE_HOME: blocked });
    expect(folder).toBe(join(tmpdir(), `wf-sdk-${process.getuid?.()}`, 'pipelines-test'));
    rmSync(folder ?? '', { recursive: true });
  });

  test('makes the folders on the way, but no missing home', () => {
    const home = fresh();
    expect(cacheFolder('v1', { XDG_CACHE_HOME: join(home, 'new') })).toContain(home);
    const gone = cacheFolder('test-home', { XDG_CACHE_HOME: join(home, 'no', 'such', 'home') });
    expect(gone).not.toContain(home);
    expect(readdirSync(home)).toEqual(['new']);
    rmSync(gone ?? '', { recursive: true });
  });

  test.runIf(process.platform === 'linux')('is found at once where a file system refuses folders', () => {
    const folder = cacheFolder('test-proc', { XDG_CACHE_HOME: '/proc/none' });
    expect(folder).not.toContain('/proc');
    rmSync(folder ?? '', { recursive: true });
  });

  test('that others may write to is not used: what it holds is executed', () => {
    const home = fresh();
    chmodSync(cacheFolder('v1', { XDG_CACHE_HOME: home }) ?? '', 0o777);
    expect(cacheFolder('v1', { XDG_CACHE_HOME: home })).not.toContain(home);
    rmSync(cacheFolder('v1', { XDG_CACHE_HOME: home }) ?? '', { recursive: true });
  });
});
