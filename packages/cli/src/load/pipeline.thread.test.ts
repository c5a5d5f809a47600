import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { rolldown } from 'rolldown';
import { afterAll, expect, test } from 'vitest';
import { threadLoader } from './thread-loader.ts';

const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
mkdirSync(cache, { recursive: true });
const built = mkdtempSync(join(cache, 'thread-'));
const project = realpathSync(mkdtempSync(join(tmpdir(), 'wf-thread-')));
afterAll(() => {
  for (const folder of [built, project]) rmSync(folder, { recursive: true });
});

// A thread cannot import the sources on every Node.
const bundle = await rolldown({ input: fileURLToPath(threadLoader), platform: 'node', external: /^[^./]/ });
await bundle.write({ file: join(built, 'pipeline.thread.js'), format: 'esm', codeSplitting: false });
writeFileSync(join(built, 'package.json'), '{ "type": "module" }');

/** Loads on a thread, and gives what `show` makes of the module's exports there. */
function loadOnThread(file: string, show: string): Promise<unknown> {
  const program = `import(workerData.loader)
    .then(({ load }) => load(workerData.url))
    .then((exports) => (${show})(exports), (error) => error.name + ': ' + error.message)
    .then((shown) => parentPort.postMessage(shown));`;
  const worker = new Worker(`const { parentPort, workerData } = require('node:worker_threads'); ${program}`, {
    eval: true,
    execArgv: [],
    workerData: {
      loader: pathToFileURL(join(built, 'pipeline.thread.js')).href,
      url: pathToFileURL(join(project, file)).href,
    },
    env: { XDG_CACHE_HOME: join(project, 'cache') },
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

test('a thread loads TypeScript as the command does: what Node cannot strip, and imports without extension', async () => {
  writeFileSync(join(project, 'size.ts'), 'export enum Size { Small = 1, Large = 2 }');
  writeFileSync(
    join(project, 'pipeline.ts'),
    `import { Size } from './size'; export default (n: number): number => n * Size.Large;`,
  );
  expect(await loadOnThread('pipeline.ts', '(exports) => exports.default(21)')).toBe(42);
});

test('and says what is wrong as the command does', async () => {
  writeFileSync(join(project, 'broken.ts'), `export const a = (;`);
  expect(await loadOnThread('broken.ts', '() => 0')).toMatch(/^LoadError: Syntax error at .*broken\.ts:1:19/);
});
