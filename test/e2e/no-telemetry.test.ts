import { expect } from 'vitest';
import { test } from './sandbox.ts';

// Told by the pipeline itself, from within the process that runs it.
const PIPELINE = `import { workflow } from 'wf-sdk';
import { AsyncLocalStorage } from 'node:async_hooks';
import module from 'node:module';
let entered = 0;
for (const name of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[name];
  AsyncLocalStorage.prototype[name] = function (...args) {
    entered++;
    return original.apply(this, args);
  };
}
export default workflow('quiet')
  .addTask('a').retry({ attempts: 2 }).run(async (_, { span, attempt }) => {
    span.setAttribute('rows', 7).addEvent('read').recordException(new Error('none'));
    if (attempt === 1) throw new Error('once more');
    return span.isRecording();
  })
  .addTask('b').forEach(() => [1, 2, 3]).run(async ({ item }) => item)
  .addTask('look').dependsOn('a', 'b').run(({ a }) => ({
    recording: a,
    entered,
    loaded: Object.keys(module._cache).filter((file) => file.includes('opentelemetry')),
  }))
  .output(({ look }) => look);
`;

test('who does not look pays nothing: no API is loaded, and no context is entered', async ({ sandbox }) => {
  sandbox.write('pipeline.mjs', PIPELINE);
  const { code, stderr } = await sandbox.run(['run', 'pipeline.mjs', '--output', 'result.json']);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(sandbox.read('result.json'))).toMatchObject({
    output: { recording: false, entered: 0, loaded: [] },
  });
});
