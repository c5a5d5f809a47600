import { expect, test } from 'vitest';
import { coloursFor } from './colours.ts';

const terminal = { isTTY: true };
const pipe = {};

test.each<[object, NodeJS.ProcessEnv, boolean]>([
  [terminal, {}, true],
  [pipe, {}, false],
  [terminal, { TERM: 'dumb' }, false],
  [terminal, { NO_COLOR: '1' }, false],
  [terminal, { NO_COLOR: '' }, true],
  [terminal, { FORCE_COLOR: '0' }, false],
  [pipe, { FORCE_COLOR: '1' }, true],
  [pipe, { FORCE_COLOR: '' }, true],
  [pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('%j with %j: %j', (stream, env, coloured) => {
  expect(coloursFor(stream, env).red('x')).toBe(coloured ? '\u001b[31mx\u001b[39m' : 'x');
});
