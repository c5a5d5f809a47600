import { workflow } from '@wf-sdk/core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { coloursFor } from '../show/colours.ts';
import { RunTree } from '../show/run-tree.ts';
import { ask, type Decided } from './ask.ts';

const flow = workflow('flow')
  .addTask('charge')
  .output(z.object({ receipt: z.coerce.number().positive() }))
  .run(() => ({ receipt: 1 }))
  .addTask('each')
  .output(z.number())
  .forEach(() => [1])
  .run(() => 1);

/** What comes of asking about a task with these answers, and what was printed. */
async function asked(task: string, answers: readonly string[]): Promise<[Decided | undefined, string[]]> {
  const { root } = new RunTree(flow.definition);
  const waiting = { ...root.task(task), error: new RangeError('declined'), message: 'call the bank' };
  const printed: string[] = [];
  const left = [...answers];
  const asker = {
    say: (text: string) => void printed.push(text),
    question: (prompt: string) => {
      printed.push(prompt);
      return Promise.resolve(left.shift());
    },
  };
  return [await ask({ run: root, task: waiting }, asker, coloursFor({}, {})), printed];
}

test('says what is asked, and takes an answer', async () => {
  const [decided, printed] = await asked('charge', ['s']);
  expect(decided).toEqual({ decision: 'skip' });
  expect(printed.filter((line) => !line.includes(' at '))).toEqual([
    '? charge waits for your decision',
    '    RangeError: declined',
    '    call the bank',
    '  [a]pprove with a JSON value, [r]etry, [s]kip or [f]ail? ',
  ]);
});

test('asks again until the answer can be followed', async () => {
  const [decided, printed] = await asked('charge', [
    'what?',
    'a 7',
    'a {"receipt": -1}',
    'a',
    '{"receipt": "7"}',
  ]);
  // As it was typed: the run makes of it what the schema does.
  expect(decided).toEqual({ decision: 'approve', value: { receipt: '7' } });
  expect(printed.filter((line) => line.includes('value does not fit'))).toEqual([
    expect.stringContaining('expected object'),
    expect.stringContaining('receipt: '),
  ]);
});

test('leaves the list of a fan-out to whoever types it: the schema is that of one item', async () => {
  expect((await asked('each', ['a [1, 2]']))[0]).toEqual({ decision: 'approve', value: [1, 2] });
});

test.each([[[]], [['a']], [['nonsense']]])('gives nothing where no answer comes: %j', async (answers) => {
  expect((await asked('charge', answers))[0]).toBeUndefined();
});
