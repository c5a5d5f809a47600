import { expect, it } from 'vitest';
import { runOrThrow } from 'wf-sdk';
import hello from '../../examples/hello/pipeline.ts';

it('greets the world', async () => {
  const { output, outputs } = await runOrThrow(hello);
  expect(output).toBe('Hello, world!');
  expect(outputs).toEqual({ greeting: 'Hello', name: 'world', message: 'Hello, world!' });
});
