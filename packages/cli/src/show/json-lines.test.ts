import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createJsonReporter } from './json-lines.ts';

/** A stream that keeps what is written to it. */
function collector(): Writable & { text: string } {
  const stream = Object.assign(
    new Writable({
      write(chunk, _, done) {
        stream.text += String(chunk);
        done();
      },
    }),
    { text: '' },
  );
  return stream;
}

test('events alone reach the output until the reporter ends', () => {
  const [output, aside] = [collector(), collector()];
  const reporter = createJsonReporter(output, aside);
  reporter.observe({ type: 'task.queued', run: 'r', at: 0, task: 'a' });
  output.write('printed by a task\n');
  reporter.end();
  output.write('after\n');
  expect(output.text).toBe('{"type":"task.queued","run":"r","at":0,"task":"a"}\nafter\n');
  expect(aside.text).toBe('printed by a task\n');
});

test.each([
  ['EPIPE', 'nobody reads the events of --json any more: the run goes on without\n'],
  // The command says so itself, whatever it prints.
  ['ENOSPC', ''],
])('an output that cannot be written (%s) is left alone', async (code, said) => {
  let tries = 0;
  const output = new Writable({
    autoDestroy: false,
    write(_chunk, _encoding, done) {
      tries++;
      done(Object.assign(new Error('no'), { code }));
    },
  });
  const aside = collector();
  const reporter = createJsonReporter(output, aside);
  for (let at = 0; at < 5; at++) {
    reporter.observe({ type: 'task.queued', run: 'r', at, task: 'a' });
    await new Promise((resolve) => setImmediate(resolve));
  }
  reporter.end();
  expect([tries, aside.text]).toEqual([1, said]);
});
