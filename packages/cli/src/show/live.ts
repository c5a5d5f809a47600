import type { Plan } from '@wf-sdk/core';
import { createLogUpdate } from 'log-update';
import type { Colors } from 'picocolors/types.js';
import { frame, OTHER_ROWS } from './frame.ts';
import { interceptWrites, type Write } from './intercept-writes.ts';
import { logLine } from './lines.ts';
import type { Reporter } from './reporter.ts';
import { RunView } from './run-view.ts';
import { createWholeLines, type WholeLines } from './whole-lines.ts';

const REDRAW_MS = 100;

/**
 * A picture of the run that is drawn over and over at the foot of the terminal. What tasks print themselves goes above
 * it, whole: while the picture stands, writes to both streams take it away, write, and put it back.
 */
export function createLiveReporter(plan: Plan, screen: NodeJS.WriteStream, colours: Colors): Reporter {
  const view = new RunView(plan);
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
    picture(frame(view, { ...sizeOf(screen), colours, now: performance.timeOrigin + performance.now() }));
  };
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
    if (stale || view.countIn('running', 'retrying') > 0) draw();
  }, REDRAW_MS);
  return {
    observe(event) {
      view.apply(event);
      stale = true;
      if (event.type === 'task.log') process.stderr.write(`${logLine(event, colours)}\n`);
    },
    end() {
      clearInterval(timer);
      for (const restore of release) restore();
      // A run that fits stays to be read; of one that does not, the summary says what matters.
      if (view.tasks.length <= sizeOf(screen).rows - OTHER_ROWS) draw();
      else picture.clear();
      picture.done();
    },
  };
}

/** Some terminals do not tell their size. */
function sizeOf({ columns, rows }: NodeJS.WriteStream): { columns: number; rows: number } {
  return { columns: columns || 80, rows: rows || 24 };
}
