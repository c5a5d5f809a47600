import { toJsonText } from './event-json.ts';
import { interceptWrites, type Write } from './intercept-writes.ts';
import type { Reporter } from './reporter.ts';

/**
 * Each event as one line of JSON on `output`, and nothing else there: what tasks print themselves goes to `aside`, so
 * that a program can read the lines.
 */
export function createJsonReporter(output: NodeJS.WritableStream, aside: NodeJS.WritableStream): Reporter {
  let print: Write = () => true;
  const restore = interceptWrites(output, (write) => {
    print = write;
    return (...args) => (aside.write as Write).call(aside, ...args);
  });
  return {
    observe: (event) => void print(`${toJsonText(event)}\n`),
    end: restore,
  };
}
