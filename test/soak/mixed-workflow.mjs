import { on, pool, skip, workflow } from 'wf-sdk';

const connections = pool('connections', { slots: 8, perKey: 2 });
const calls = pool('calls', { slots: 20, rate: { limit: 400, interval: '20ms' } });

class Refused extends Error {}

/**
 * A workflow in which every feature has its place: what becomes of its tasks is left to chance, evenly between 0 and 1.
 * Made anew for each run, as nothing of a definition may outlive its runs either.
 *
 * @param {() => number} chance
 */
export function mixedWorkflow(chance) {
  /** @param {number} share */
  const fail = (share) => {
    if (chance() < share) throw new Error('by chance');
  };
  const rest = () => pause(chance() * 3);

  const part = workflow('part')
    .addTask('first')
    .retry({ attempts: 2, delay: 1 })
    .compensate(/** @param {number} output */ (output) => pause(output))
    .run(() => {
      fail(0.2);
      return 1;
    })
    .addTask('second')
    .dependsOn('first')
    .run(() => rest())
    .output(({ first }) => first);

  return workflow('mixed', {
    onFailure: chance() < 0.2 ? 'fail-fast' : 'continue',
    failurePolicy: chance() < 0.2 ? 'leaves' : 'any',
  })
    .addTask('setup')
    .sla(1)
    .run(async (_, { log }) => {
      log.info('begins', { at: 'setup' });
      await rest();
      return ['a', 'b', 'c', 'd'];
    })

    .addTask('route')
    .dependsOn('setup')
    .run(() => (chance() < 0.5 ? 'left' : 'right'))
    .addTask('left')
    .onBranch('route', 'left')
    .run(() => rest())
    .addTask('right')
    .onBranch('route', 'right')
    .when(() => pause(1).then(() => chance() < 0.7))
    .run(() => rest())
    .addTask('joined')
    .dependsOn('left', 'right')
    .triggerRule('none_failed_min_one_success')
    .run(({ left }) => left.status)

    .addTask('call')
    .dependsOn('setup')
    .pool(calls)
    .retry({ attempts: 4, delay: 1, jitter: 'full' })
    .timeout(8)
    .deadline(60)
    .breaker({ name: 'service', minimumCalls: 10, window: 50, resetAfter: 5 })
    .fallback(() => (chance() < 0.3 ? skip : 'instead'))
    .run((_, { signal }) => {
      fail(0.4);
      return pause(chance() * 12, signal).then(() => 'called');
    })

    .addTask('each')
    .dependsOn('setup')
    .forEach(({ setup }) => setup, { concurrency: 2, join: 'allSettled' })
    .pool(connections, { key: ({ item }) => item })
    .retry({ attempts: 2, delay: 1 })
    .compensate(/** @param {string} output */ (output) => void output)
    .run(async ({ item }) => {
      await rest();
      fail(0.3);
      return item;
    })
    .addTask('streamed')
    .dependsOn('each')
    .allowFailure()
    .forEach(stream, { collect: false, join: { tolerate: '40%' } })
    .timeout(20)
    .run(() => {
      fail(0.3);
      return rest();
    })
    .addTask('points')
    .matrix({ x: [1, 2], y: [3, 4] })
    .resources({ cpu: 0.5 })
    .run(({ matrix }) => matrix.x * matrix.y)

    .addTask('mended')
    .recover([
      on(Refused).runThenRetry(() => rest(), { times: 2 }),
      on(Refused).escalate('by chance'),
      on(Error).retry({ delay: 1 }),
      on(Error).value('mended'),
    ])
    .run(() => {
      if (chance() < 0.4) throw new Refused('refused');
      fail(0.3);
      return 'well';
    })
    .addTask('part')
    .dependsOn('mended')
    .runWorkflow(part)
    .addTask('slept')
    .dependsOn('part')
    .sleep(() => chance() * 3)

    .addTask('queued')
    .dependsOn('setup')
    .queueTimeout(5)
    .priority(-1)
    .allowFailure()
    .run(() => rest())
    .addTask('cleaned')
    .dependsOn('call', 'part')
    .runAlways()
    .run(() => rest())
    .addTask('dropped')
    .teardownOf('setup')
    .run(() => rest());
}

async function* stream() {
  for (let item = 0; item < 6; item++) {
    if (item % 3 === 2) await pause(1);
    yield item;
  }
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal] Ends it early, with its reason.
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
