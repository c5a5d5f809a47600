import { expect, test } from 'vitest';

import type { RunEvent } from '../index.ts';
import { Publisher } from './publisher.ts';

const event = (task: string): RunEvent => ({ type: 'task.cancelled', run: 'r', at: 0, task });
const told = (heard: readonly RunEvent[]): string[] =>
  heard.map((each) => ('task' in each ? each.task : each.type));

test('what observers bring about is told when all have heard what came before it', () => {
  const [first, last]: [RunEvent[], RunEvent[]] = [[], []];
  const publisher: Publisher = new Publisher(
    [
      (heard) => void first.push(heard),
      (heard) => {
        if (told([heard])[0] !== 'a') return;
        publisher.publish(event('b'));
        publisher.publish(event('c'));
        expect([told(first), publisher.publishing]).toEqual([['a'], true]);
      },
      (heard) => void last.push(heard),
    ],
    () => undefined,
  );
  publisher.publish(event('a'));
  publisher.publish(event('d'));
  expect(told(first)).toEqual(['a', 'b', 'c', 'd']);
  expect([last, publisher.publishing]).toEqual([first, false]);
});

test('an observer that throws is dropped, and said so once; the others hear everything', () => {
  const heard: RunEvent[] = [];
  const warnings: string[] = [];
  const bad = (): never => {
    throw new Error('my fault');
  };
  const publisher = new Publisher(
    [bad, (each) => void heard.push(each)],
    (message) => void warnings.push(message),
  );
  publisher.publish(event('a'));
  publisher.publish(event('b'));
  expect(told(heard)).toEqual(['a', 'b']);
  expect(warnings).toEqual(['an observer of run r threw and is told no more events: Error: my fault']);
  expect(publisher.wanted).toBe(true);
});

test('nothing is wanted where nobody listens, any more or yet', async () => {
  const publisher = new Publisher([], () => undefined);
  expect(publisher.wanted).toBe(false);
  const events = publisher.subscribe();
  expect(publisher.wanted).toBe(true);
  await events.return();
  expect(publisher.wanted).toBe(false);
});
