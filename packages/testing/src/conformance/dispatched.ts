import { NonRetryableError, type TaskContext, type Workflow, workflow } from '@wf-sdk/core';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';

/** What the tasks below are given as `input`. */
export interface DispatchedInput {
  readonly value?: unknown;
  readonly kind?: string;
  /** How long the task works, or needs to clean up after its signal. */
  readonly ms?: number;
  /** A file to which a task that goes on adds a character every few milliseconds. */
  readonly file?: string;
  /** The caller's process and thread, which must not be ended. */
  readonly caller?: string;
}

/** Names the thread this is called on. */
export function thisThread(): string {
  return `${process.pid}/${threadId}`;
}

class HttpError extends TypeError {
  override readonly name = 'HttpError';
  readonly code = 'E_BUSY';
  readonly status = 503;
}

function failWith(kind: string | undefined): never {
  if (kind === 'final') throw new NonRetryableError('no use', { cause: new Error('below') });
  if (kind === 'user') throw new HttpError('busy', { cause: new RangeError('below') });
  if (kind === 'many') throw new AggregateError([new Error('one'), new Error('two')], 'several');
  // oxlint-disable-next-line typescript/only-throw-error -- a handler can
  throw kind;
}

function aborted({ signal, log }: TaskContext): Promise<Error> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      const { name, message, code } = signal.reason as Error & { readonly code?: unknown };
      log.info('aborted', { name, message, code });
      resolve(signal.reason as Error);
    });
    log.info('begun');
  });
}

/** The workflow whose tasks the suites for dispatchers have dispatched. It is to be exported by the module they name. */
export const dispatchedWorkflow: Workflow = workflow<DispatchedInput>('dispatched')
  .addTask('echo')
  .run(({ input }) => input.value)
  .addTask('secret')
  .secrets('API_TOKEN')
  .run((_, { secrets }) => secrets)
  .addTask('about')
  .run((_, { attempt, run, task, idempotencyKey, signal }) => ({
    attempt,
    run,
    task,
    idempotencyKey,
    aborted: signal.aborted,
  }))
  .addTask('log')
  .run((_, { log }) => {
    log.debug('plain');
    log.info('with fields', { count: 2, nested: { list: ['a', null] } });
    log.warn('several\nlines');
    log.error('last', {});
  })
  .addTask('fail')
  .run(({ input }) => failWith(input.kind))
  .addTask('work')
  .run(async ({ input }, { log, task }) => {
    log.info('begun', { value: input.value });
    await sleep(input.ms ?? 0);
    log.info('ended', { value: input.value });
    return { by: task.id, value: input.value };
  })
  // Waits for its signal, cleans up and fails with the reason.
  .addTask('heed')
  .run(async ({ input }, context) => {
    const reason = await aborted(context);
    await sleep(input.ms ?? 0);
    context.log.info('cleaned up');
    throw reason;
  })
  // Waits for its signal, and gives an output all the same.
  .addTask('defy')
  .run(async (_, context) => {
    await aborted(context);
    return 'all the same';
  })
  // Goes on for its time, whatever its signal says.
  .addTask('ignore')
  .run(async ({ input }, { log }) => {
    log.info('begun');
    for (const isOver = timeLimit(input); !isOver(); await sleep(5)) {
      beat(input);
      log.info('goes on');
    }
    log.info('ended');
  })
  // Goes on for its time, and leaves its thread no turn meanwhile.
  .addTask('block')
  .run(({ input }, { log }) => {
    log.info('begun');
    for (const isOver = timeLimit(input); !isOver(); pause(5)) beat(input);
    log.info('ended');
  })
  .addTask('environment')
  .run(() => ({ ...process.env }))
  // Holds up to 192 MB for a moment, little by little.
  .addTask('hoard')
  .run(async () => {
    const held: number[][] = [];
    for (let count = 0; count < 24; count++) {
      held.push(Array.from({ length: 2 ** 20 }, (_, index) => index + count));
      await sleep(20);
    }
    await sleep(300);
    return held.length;
  })
  .addTask('exit')
  .run(({ input }) => {
    if (input.caller === thisThread()) throw new Error('this is the thread of the caller');
    process.exit(3);
  })
  .addTask('unsendable')
  .run(() => ({ rows: [{ id: 1 }, { id: 2, render: () => 1 }] }));

function timeLimit({ ms = 0 }: DispatchedInput): () => boolean {
  const since = performance.now();
  return () => performance.now() - since >= ms;
}

function beat({ file }: DispatchedInput): void {
  if (file !== undefined) appendFileSync(file, '.');
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
