import { expect, test } from 'vitest';
import { openThreads, pipeline } from '../../test/threads/harness.ts';

const { dispatch, failure } = await openThreads({ threads: 1 });

test('a module that cannot be found', async () => {
  const error = await failure({ task: 'where', module: 'file:///nowhere/pipeline.mjs' });
  expect(error).toMatchObject({ code: 'isolation_failed', cause: { code: 'ERR_MODULE_NOT_FOUND' } });
  expect(error.message).toMatch(/^task 'where' cannot be loaded on its thread: Cannot find module '/);
});

test('a module that fails: the next attempt gets a thread that has not seen it fail', async () => {
  const module = await pipeline('broken.ts');
  const error = await failure({ task: 'where', module });
  expect(error.message).toBe(`task 'where' cannot be loaded on its thread: no luck today`);
  expect(await dispatch({ task: 'where' })).toMatchObject({ attempts: 1 });
});

test('a workflow that its module does not export', async () => {
  const module = await pipeline('pipeline.ts');
  const error = await failure({ task: 'where', workflow: 'other' });
  expect(error.message).toBe(
    `task 'where' cannot be found on its thread: ${module} exports no workflow 'other'. Export it from there, or name its module: workflow('other', { module: import.meta.url })`,
  );
});

test('a task that is not there when its module is loaded again', async () => {
  const error = await failure({ task: 'made-up' });
  expect(error.message).toMatch(
    /^task 'made-up' cannot be found on its thread: loaded there, workflow 'threads' of file:.* has no such task/,
  );
});

test('a module that runs its workflow when it is loaded', async () => {
  const module = await pipeline('runs-itself.ts');
  const error = await failure({ task: 'where', module });
  expect(error.message).toContain(`cannot be loaded on its thread: workflow 'threads' has a problem`);
  expect(error.message).toContain('runs it while a thread loads that module for an isolated task');
  expect(error.cause).toMatchObject({ code: 'definition_invalid' });
});

test('a loader loads it instead, and finds the workflow under whatever name it is exported', async () => {
  const one = await openThreads({ threads: 1, loader: await pipeline('loader.ts') });
  expect(await one.dispatch({ task: 'where', module: 'any:thing' })).toBe('loaded any:thing');
});

test.runIf(process.version.startsWith('v20.'))('TypeScript, on a Node that does not import it', async () => {
  const module = new URL('loss.ts', import.meta.url).href;
  const error = await failure({ task: 'where', module });
  expect(error.message).toMatch(
    /Unknown file extension.*This Node does not import such TypeScript: run the workflow with the wf-sdk command/s,
  );
});
