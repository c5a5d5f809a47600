// What runs on threads: an entry of its own when the package is built.
import { type MessagePort, receiveMessageOnPort, threadId } from 'node:worker_threads';
import type { Handler } from '../model/definition.ts';
import { findUnsendable } from './find-unsendable.ts';
import { exposeLiveHeap } from './live-heap.ts';
import type { Assignment, FromThread, ToThread } from './message.ts';
import { receiveError, sendError } from './sent-error.ts';
import { ThreadContext } from './thread-context.ts';
import { findHandler } from './thread-modules.ts';
import { spanOf, withinTrace } from './thread-trace.ts';
import type { ThreadTask } from './thread-pool.ts';

exposeLiveHeap();

/** Who waits for the attempt that this thread makes; it makes one at a time. */
let waiting: MessagePort | undefined;

process.on('exit', (code) => waiting?.postMessage({ type: 'exited', code } satisfies FromThread));
process.on('uncaughtExceptionMonitor', (error) => {
  waiting?.postMessage({ type: 'crashed', error: sendError(error) } satisfies FromThread);
});

/** Makes one attempt and tells how it ended. */
export default async function makeAttempt({ port }: ThreadTask): Promise<void> {
  const tell = (message: FromThread): void => port.postMessage(message);
  waiting = port;
  tell({ type: 'began', threadId });
  // It was sent before the port was.
  const { assignment } = (receiveMessageOnPort(port) as { message: { assignment: Assignment } }).message;
  const controller = new AbortController();
  port.on('message', (message: ToThread) => {
    if (message.type === 'aborted') controller.abort(receiveError(message.reason));
  });
  let handler: Handler | undefined;
  try {
    const found = (handler = await findHandler(assignment));
    const span = await spanOf(assignment.trace);
    const context = new ThreadContext(assignment, span, controller.signal, tell);
    const output = await withinTrace(assignment.trace, () => found(assignment.data as never, context));
    tellOutput(output, tell);
  } catch (error) {
    tell({ type: 'failed', error: sendError(error), spent: handler === undefined });
  }
  waiting = undefined;
}

function tellOutput(output: unknown, tell: (message: FromThread) => void): void {
  try {
    tell({ type: 'succeeded', output });
  } catch (error) {
    const found = findUnsendable(output, 'output');
    if (found === undefined) throw error;
    tell({ type: 'unsendable', found });
  }
}
