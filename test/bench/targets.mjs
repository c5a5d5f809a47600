import module from 'node:module';

/** What the figures have to reach. Ratios are to the hand-written limit unless their name says otherwise. */
export const targets = {
  none: { most: 3 },
  retry: { most: 3.5 },
  timeout: { most: 5 },
  every: { most: 5 },
  /** How often p-graph's time is wf-sdk's. */
  pGraph: { least: 4 },
  effect: { least: 10 },
  /** The time with every policy declared, in relation to that of p-queue and p-retry around each task. */
  everyToQueueAndRetry: { most: 0.25 },
  allocatedBytes: { most: 1_000 },
  keptBytes: { most: 300 },
  /** In the midst of a fan-out, however many items it has. */
  heldKilobytes: { most: 500 },
  /** The cost of a task among 100,000 in relation to one among 1,000. */
  growth: { most: 4 },
  defineUs: { most: 1.2 },
  compileUs: { most: 3 },
  /** Of runs that are kept, to a loop that only writes their events. */
  durable: { most: 2 },
  /** For a thousand. */
  testRunsSeconds: { most: 5 },
  /** Without a provider, in relation to runs that are told not to look for one. */
  telemetryOff: { most: 1.05 },
  /** With spans, in relation to a hand-written counter that makes the same spans. */
  telemetryOn: { most: 1.3 },
  /** In relation to bare Node. */
  version: { most: 1.5 },
  /** The same; Node 20 has no compile cache. */
  run: { most: 'enableCompileCache' in module ? 3 : 4.5 },
};
