import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { systemClock } from './system.ts';

const DAY_MS = 86_400_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

test('a timer longer than Node allows falls due in its time, and not before', () => {
  const due = vi.fn<() => void>();
  systemClock.setTimer(60 * DAY_MS, due);
  vi.advanceTimersByTime(60 * DAY_MS - 1);
  expect(due).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(due).toHaveBeenCalledTimes(1);
});

test('a timer can be cancelled, also after its first part has passed', () => {
  const due = vi.fn<() => void>();
  const cancel = systemClock.setTimer(60 * DAY_MS, due);
  vi.advanceTimersByTime(40 * DAY_MS);
  cancel();
  vi.advanceTimersByTime(40 * DAY_MS);
  expect([due.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0]);
});
