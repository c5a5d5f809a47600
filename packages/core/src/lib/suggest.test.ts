import { expect, test } from 'vitest';

import { didYouMean, suggest } from './suggest.ts';

const words = ['extract', 'clean', 'thumbnails', 'ab'];

test.each([
  ['extrct', 'extract'],
  ['xetract', 'extract'],
  ['Clean', 'clean'],
  ['claen', 'clean'],
  ['thumbnial', 'thumbnails'],
  ['ac', 'ab'],
])('%s most likely means %s', (word, meant) => {
  expect(suggest(word, words)).toBe(meant);
});

test.each(['publish', 'x', 'cleaning', ''])('%j means none of them', (word) => {
  expect(suggest(word, words)).toBeUndefined();
});

test('the nearest is suggested, and of equals the first', () => {
  expect(suggest('tasks', ['task', 'tasks2', 'tasksx'])).toBe('task');
  expect(suggest('clean2', ['cleans', 'clean2', 'clean'])).toBe('clean2');
});

test('the hint is a question, or nothing', () => {
  expect([didYouMean('extrct', words), didYouMean('publish', words)]).toEqual([
    "; did you mean 'extract'?",
    '',
  ]);
});
