import CircuitBreaker from 'opossum';
import PQueue from 'p-queue';
import pRetry from 'p-retry';
import { limit } from './limit.mjs';

const TIMEOUT_MS = 30_000;

/**
 * What policies cost where each task is wrapped in them: through p-queue for its priority, p-retry around it, and in
 * each attempt opossum around a race against a timer. The timeouts of p-queue and opossum would make it slower still.
 *
 * @type {import('./subject.mjs').Subject}
 */
export function queueAndRetry(graph, body) {
  const queue = new PQueue();
  const breaker = new CircuitBreaker(() => withTimeout(body), { timeout: false });
  const attempt = () => pRetry(() => breaker.fire(), { retries: 2 });
  return limit(graph, () => queue.add(attempt, { priority: 1 }));
}

/** @param {import('./subject.mjs').Body} body */
async function withTimeout(body) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), TIMEOUT_MS);
  });
  try {
    return await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}
