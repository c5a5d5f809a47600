import { asyncAuto } from './async-auto.mjs';
import { effect } from './effect.mjs';
import { memoisedPromises } from './memoised-promises.mjs';
import { pGraph, pGraphAgain } from './p-graph.mjs';
import { queueAndRetry } from './queue-and-retry.mjs';

/** What others use. @satisfies {Record<string, import('./subject.mjs').Subject>} */
export const comparators = { pGraph, pGraphAgain, effect, queueAndRetry, memoisedPromises, asyncAuto };

/** @type {Record<keyof typeof comparators, string>} */
export const names = {
  pGraph: 'p-graph',
  pGraphAgain: 'p-graph, one graph run again',
  effect: 'Effect: fibers and Deferred',
  queueAndRetry: 'p-queue, p-retry, timer around each task',
  memoisedPromises: 'memoised promises',
  asyncAuto: 'async.auto',
};
