import { createRequire } from 'node:module';
import type { TransformOptions } from 'jiti';

const STACK_MB = 64;
const TIMEOUT_MS = 60_000;

const WORKER = `
const { jiti, options, port, done } = require('node:worker_threads').workerData;
let code;
try {
  code = require(jiti).createJiti(jiti, { fsCache: false, sourceMaps: true }).transform(options);
} finally {
  port.postMessage(code);
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
}`;

/**
 * Compiles on a thread with a large stack, and waits for it. Babel walks a chain of calls recursively, so one of
 * some 190 tasks overflows the main thread's stack; here a thousand pass, in about a second.
 */
export function transformWithLargeStack(options: TransformOptions): string | undefined {
  // Hardly ever needed, and it takes a while to load.
  const { MessageChannel, receiveMessageOnPort, Worker } = process.getBuiltinModule('node:worker_threads');
  const { port1, port2 } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(WORKER, {
    eval: true,
    workerData: { jiti: createRequire(import.meta.url).resolve('jiti'), options, port: port2, done },
    transferList: [port2],
    resourceLimits: { stackSizeMb: STACK_MB },
    execArgv: [],
  });
  worker.on('error', () => {});
  worker.unref();
  Atomics.wait(done, 0, 0, TIMEOUT_MS);
  const received: { message: string | undefined } | undefined = receiveMessageOnPort(port1);
  port1.close();
  void worker.terminate();
  return received?.message;
}
