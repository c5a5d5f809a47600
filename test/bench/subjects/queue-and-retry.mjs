import PQueue from 'p-queue';
import pRetry from 'p-retry';
import { limit } from './limit.mjs';

/**
 * What policies cost where each task is wrapped: through p-queue for its priority, and p-retry around it. There is no
 * timeout in it: p-queue's own would make it several times slower.
 *
 * @type {import('./subject.mjs').Subject}
 */
export function queueAndRetry(graph, body) {
  const queue = new PQueue();
  const attempt = () => pRetry(body, { retries: 2 });
  return limit(graph, () => queue.add(attempt, { priority: 1 }));
}
