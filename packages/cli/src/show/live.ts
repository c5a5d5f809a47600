import { createLogUpdate } from 'log-update';
import type { Colors } from 'picocolors/types.js';
import { fits, frame } from './frame.ts';
import { interceptWrites, type Write } from './intercept-writes.ts';
import { noticeLine } from './notices.ts';
import type { Reporter } from './reporter.ts';
import type { RunTree } from './run-tree.ts';
import { createWholeLines, type WholeLines } from './whole-lines.ts';

const REDRAW_MS = 100;

/**
 * A picture of the run that is drawn over and over at the foot of the terminal. What tasks print themselves goes above
 * it, whole: while the picture stands, writes to both streams take it away, write, and put it back. The tree has taken in
 * each event before it comes here.
 */
export function createLiveReporter(tree: RunTree, screen: NodeJS.WriteStream, colours: Colors): Reporter {
  const { root } = tree;
  const writeScreen = screen.write.bind(screen) as Write;
  // log-update measures the terminal through the stream it is given, and writes to it past our own interception.
  const picture = createLogUpdate(
    new Proxy(screen, {
      get: (target, key): unknown => {
        if (key === 'write') return writeScreen;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }),
    { showCursor: true },
  );
  let stale = true;
  const draw = (): void => {
    stale = false;
    picture(frame(root, { ...sizeOf(screen), colours, now: performance.timeOrigin + performance.now() }));
  };
  const begin = (): (() => void) => {
    const release = [process.stdout, process.stderr]
      .filter(({ isTTY }) => isTTY)
      .map((stream) => {
        let lines: WholeLines | undefined;
        const restore = interceptWrites(stream, (write) => {
          lines = createWholeLines((...args) => {
            picture.clear();
            stale = true;
            return write(...args);
          });
          return lines.write;
        });
        return () => {
          lines?.end();
          restore();
        };
      });
    const timer = setInterval(() => {
      if (stale || isMoving(tree)) draw();
    }, REDRAW_MS);
    return () => {
      clearInterval(timer);
      for (const restore of release) restore();
    };
  };
  let stop = begin();
  return {
    observe(event) {
      stale = true;
      const run = tree.of(event.run);
      const line = run === undefined ? undefined : noticeLine(event, run, colours);
      if (line !== undefined) process.stderr.write(`${line}\n`);
    },
    pause() {
      stop();
      picture.clear();
      return () => {
        stop = begin();
        stale = true;
      };
    },
    end() {
      stop();
      // A run that fits stays to be read; of one that does not, the summary says what matters.
      if (fits(root, sizeOf(screen).rows)) draw();
      else picture.clear();
      picture.done();
    },
  };
}

/** Whether the picture changes by itself, because it shows times. */
function isMoving({ root }: RunTree): boolean {
  return (
    root.countIn('running', 'retrying', 'waiting') > 0 ||
    root.undone.some(({ endedAt }) => endedAt === undefined)
  );
}

/** Some terminals do not tell their size. */
function sizeOf({ columns, rows }: NodeJS.WriteStream): { columns: number; rows: number } {
  return { columns: columns || 80, rows: rows || 24 };
}
