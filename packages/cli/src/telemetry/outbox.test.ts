import { describe, expect, test } from 'vitest';
import { Outbox } from './outbox.ts';

/** An exporter whose exports end when the test says so. */
function gated() {
  const open: ((error?: Error) => void)[] = [];
  let most = 0;
  const outbox = new Outbox<readonly number[]>(
    {
      export(_, done) {
        open.push((error) => done(error === undefined ? { code: 0 } : { code: 1, error }));
        most = Math.max(most, open.length);
      },
      shutdown: () => Promise.resolve(),
    },
    (batch) => batch.length,
  );
  const send = (batch: readonly number[]): void => outbox.export(batch, () => undefined);
  return { outbox, send, open, end: (error?: Error) => open.shift()?.(error), most: () => most };
}

describe('an outbox', () => {
  test('counts what has arrived, and keeps why the newest did not', () => {
    const { outbox, send, end } = gated();
    send([1, 2, 3]);
    send([4]);
    send([5, 6]);
    end();
    expect(outbox).toMatchObject({ delivered: 3, problem: undefined, failure: undefined, isIdle: false });
    end(new Error('full'));
    expect(outbox.problem?.message).toBe('full');
    end();
    expect(outbox).toMatchObject({ delivered: 5, problem: undefined, isIdle: true });
    expect(outbox.failure?.message).toBe('full');
  });

  test('sends no more at once than an exporter takes, and loses none of the others', async () => {
    const { outbox, send, end, open, most } = gated();
    for (let i = 0; i < 50; i += 1) send([i]);
    const flushed = outbox.forceFlush();
    while (open.length > 0) end();
    await flushed;
    expect(outbox.delivered).toBe(50);
    expect(most()).toBeLessThan(30);
  });

  test('is flushed at once when nothing is under way, and busy when something is', async () => {
    const { outbox, send, end } = gated();
    await outbox.forceFlush();
    let isBusy = false;
    const busy = outbox.busy().then(() => (isBusy = true));
    expect(isBusy).toBe(false);
    send([1]);
    await busy;
    await outbox.busy();
    end();
    await outbox.forceFlush();
    expect(outbox.isIdle).toBe(true);
  });

  test('takes an exporter that throws for one that fails', () => {
    const outbox = new Outbox<readonly number[]>(
      {
        export() {
          throw new Error('broken');
        },
        shutdown: () => Promise.resolve(),
      },
      (batch) => batch.length,
    );
    let outcome: unknown;
    outbox.export([1], (ended) => (outcome = ended));
    expect(outcome).toMatchObject({ code: 1, error: { message: 'broken' } });
    expect(outbox).toMatchObject({ delivered: 0, isIdle: true });
  });
});
