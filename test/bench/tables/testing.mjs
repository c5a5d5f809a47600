import { run, workflow } from 'wf-sdk';
import { testRun } from 'wf-sdk/testing';
import { compare } from '../measure.mjs';
import { targets } from '../targets.mjs';

const RUNS = 1_000;
const retry = /** @type {const} */ ({ attempts: 3, delay: '1m', backoff: 'exponential' });
const work = async () => 1;

/** Ten tasks, three after one another beside three others; each waits for minutes when it fails. */
const pipeline = workflow('pipeline')
  .addTask('a')
  .retry(retry)
  .run(work)
  .addTask('b')
  .retry(retry)
  .dependsOn('a')
  .run(work)
  .addTask('c')
  .retry(retry)
  .dependsOn('a')
  .run(work)
  .addTask('d')
  .retry(retry)
  .dependsOn('a')
  .run(work)
  .addTask('e')
  .retry(retry)
  .dependsOn('b')
  .run(work)
  .addTask('f')
  .retry(retry)
  .dependsOn('c')
  .run(work)
  .addTask('g')
  .retry(retry)
  .dependsOn('d')
  .run(work)
  .addTask('h')
  .retry(retry)
  .dependsOn('e', 'f')
  .run(work)
  .addTask('i')
  .retry(retry)
  .dependsOn('g')
  .run(work)
  .addTask('j')
  .retry(retry)
  .dependsOn('h', 'i')
  .run(work);

const twice = [new Error('first'), new Error('second')];
const failures = {
  a: twice,
  b: twice,
  c: twice,
  d: twice,
  e: twice,
  f: twice,
  g: twice,
  h: twice,
  i: twice,
  j: twice,
};

/**
 * What tests of workflows cost whose tasks wait for minutes.
 *
 * @type {import('../tables.mjs').Measure}
 */
export async function measure({ effort }) {
  const [warm, counted] = [50, RUNS];
  for (let done = 0; done < warm; done++) await testRun(pipeline, { failures });
  let virtualMs = 0;
  const begin = performance.now();
  for (let done = 0; done < counted; done++) virtualMs += (await testRun(pipeline, { failures })).elapsedMs;
  const seconds = (performance.now() - begin) / 1_000;
  const { us, ratio } = await compare(
    { tasks: 1, run: () => testRun(pipeline) },
    { tasks: 1, run: () => run(pipeline) },
    effort,
  );
  return {
    title: 'tests of ten tasks',
    rows: [
      {
        label: `${RUNS.toLocaleString('en-US')} test runs with 20 back-offs of minutes each`,
        measured: `${(virtualMs / 86_400_000).toFixed(1)} days pass`,
        figure: seconds,
        unit: ' s',
        target: targets.testRunsSeconds,
      },
      { label: 'a test run / run()', measured: `${us.toFixed(0)} µs`, figure: ratio, unit: '×' },
    ],
  };
}
