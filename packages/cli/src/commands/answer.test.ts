import { expect, test } from 'vitest';
import { quoteForShell, readAnswer, readValue } from './answer.ts';

test.each([
  ['a {"paid": true}', { decision: 'approve', value: { paid: true } }],
  [' approve  [1, 2] ', { decision: 'approve', value: [1, 2] }],
  ['A null', { decision: 'approve', value: null }],
  ['a', { decision: 'approve_with' }],
  ['r', { decision: 'retry' }],
  ['retry', { decision: 'retry' }],
  ['S', { decision: 'skip' }],
  ['f', { decision: 'fail', error: undefined }],
  ['fail too late for that', { decision: 'fail', error: new Error('too late for that') }],
])('%j is understood', (line, answer) => {
  expect(readAnswer(line)).toEqual(answer);
});

test.each([
  ['', 'answer with a, r, s or f'],
  ['yes', 'answer with a, r, s or f'],
  ['r now', 'now has no meaning here: only a and f take more than a letter'],
  ['a {keep:5}', '{keep:5} is not JSON: a key in double quotes expected, not keep:5}'],
  ['a [1, 2', '[1, 2 is not JSON: "," or "]" expected, but the text ends here'],
  ['a receipt "7"', String.raw`receipt "7" is not JSON; a text goes in quotes: "receipt \"7\""`],
])('%j is not', (line, problem) => {
  expect(readAnswer(line)).toEqual({ problem });
});

test('a shell takes quotes away, and is given some for it', () => {
  expect(readValue("it's", quoteForShell)).toEqual({
    problem: String.raw`it's is not JSON; a text goes in quotes: '"it'\''s"'`,
  });
});

test('a value may be left out', () => {
  expect(readValue(' ')).toEqual({ decision: 'approve', value: undefined });
  expect(readValue('"x"')).toEqual({ decision: 'approve', value: 'x' });
});
