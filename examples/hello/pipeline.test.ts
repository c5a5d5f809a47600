import { expect, test } from 'vitest';
import { testRun } from 'wf-sdk/testing';
import 'wf-sdk/testing/vitest';
import hello from './pipeline.ts';

test('greets the world', async () => {
  const result = await testRun(hello);
  expect(result).toSucceed();
  expect(result).toHaveOutput('Hello, world!');
});

test('greets whoever it is told to', async () => {
  const result = await testRun(hello, { stubs: { name: 'Ada' } });
  expect(result).toHaveOutput('message', 'Hello, Ada!');
});

test('looks for both words at once', () => {
  expect(hello).toMatchGraph(`
    ○ greeting
    │ ○ name
    ■─╯ message
  `);
});
