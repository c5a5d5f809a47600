import type { Write } from './intercept-writes.ts';

const LINE_FEED = 0x0a;

/** A stream's `write` that holds back a line until its end has come. */
export interface WholeLines {
  readonly write: Write;
  /** Writes what is held back, as a line. */
  end(): void;
}

export function createWholeLines(write: Write): WholeLines {
  let held = Buffer.alloc(0);
  return {
    write(chunk, ...more) {
      const callback = more.find((argument) => typeof argument === 'function') as (() => void) | undefined;
      held = Buffer.concat([held, toBytes(chunk, more[0])]);
      const end = held.lastIndexOf(LINE_FEED) + 1;
      if (end === 0) {
        if (callback !== undefined) queueMicrotask(callback);
        return true;
      }
      const whole = held.subarray(0, end);
      held = held.subarray(end);
      return callback === undefined ? write(whole) : write(whole, callback);
    },
    end() {
      if (held.length > 0) write(Buffer.concat([held, Buffer.from('\n')]));
      held = Buffer.alloc(0);
    },
  };
}

function toBytes(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk !== 'string') return Buffer.from(chunk as Uint8Array);
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}
