import { toJsonText } from './event-json.ts';
import { interceptWrites, type Write } from './intercept-writes.ts';
import type { Reporter } from './reporter.ts';

/**
 * Each event as one line of JSON on `output`, and nothing else there: what tasks print themselves goes to `aside`, so
 * that a program can read the lines. Once nothing can be written there any more it is left alone, and the run goes on.
 */
export function createJsonReporter(output: NodeJS.WritableStream, aside: NodeJS.WritableStream): Reporter {
  let print: Write = () => true;
  let isBroken = false;
  const restore = interceptWrites(output, (write) => {
    print = write;
    return (...args) => (aside.write as Write).call(aside, ...args);
  });
  output.on('error', ({ code }: NodeJS.ErrnoException) => {
    // Of anything else the whole command speaks.
    if (code === 'EPIPE' && !isBroken)
      aside.write('nobody reads the events of --json any more: the run goes on without\n');
    isBroken = true;
  });
  return {
    observe(event) {
      if (!isBroken) print(`${toJsonText(event)}\n`);
    },
    end: restore,
  };
}
