import { describe, expect, test } from 'vitest';
import { recorder, schemaOf } from '../../test/kit.ts';
import { createMemoryStore, on, run, send, type Store, workflow } from '../index.ts';

const TOKEN = 'tok-7f3a-9c21';
const given = { secrets: () => ({ API_TOKEN: TOKEN }) };

async function whole(store: Store): Promise<string> {
  return JSON.stringify([await store.read('r'), await store.find('r')]);
}

describe('a signal with a secret', () => {
  const flow = workflow('w')
    .addTask('a')
    .secrets('API_TOKEN')
    .run(() => 1)
    .addTask('go')
    .waitForSignal(
      'go',
      schemaOf((value: { by: string }) => value),
    )
    .addTask('sure')
    .recover([on(Error).escalate('what?')])
    .run((): string => {
      throw new Error('no');
    });
  const bad = { by: `me, ${TOKEN}` };

  test('is refused by a run that is kept, as is an approval, and is in nothing that is told or logged', async () => {
    const store = createMemoryStore();
    const { events, observe } = recorder();
    const handle = run(flow, undefined, { ...given, store, id: 'r', observers: [observe] });
    for await (const event of handle.events()) if (event.type === 'run.waiting') break;
    const exposed: unknown = expect.objectContaining({
      code: 'secret_exposed',
      secret: 'API_TOKEN',
      path: 'value.by',
    });
    expect(() => handle.signal('go', bad)).toThrow(exposed);
    await send(store, 'r', { type: 'signal', name: 'go', value: bad }, { by: 'ann' });
    const seq = await send(store, 'r', { type: 'approve', task: 'sure', value: bad });
    for await (const event of handle.events())
      if (event.type === 'run.told' && event.message === seq && event.refused !== undefined) break;
    expect(events.filter(({ type }) => type === 'run.told')).toMatchObject([
      { what: 'signal', about: 'go', by: 'ann' },
      { what: 'signal', by: 'ann', refused: expect.stringContaining('API_TOKEN at value.by') as string },
      { what: 'approve', about: 'sure' },
      { what: 'approve', refused: expect.stringContaining('API_TOKEN at output.by') as string },
    ]);
    handle.signal('go', { by: 'me' });
    handle.approve('sure', 'yes');
    expect(await handle).toMatchObject({ state: 'succeeded', outputs: { go: { by: 'me' }, sure: 'yes' } });
    expect((await whole(store)) + JSON.stringify(events)).not.toContain(TOKEN);
  });

  test('is taken by one that is not kept, and nobody is told what it holds', async () => {
    const { events, observe } = recorder();
    const handle = run(flow, undefined, { ...given, observers: [observe] });
    for await (const event of handle.events()) if (event.type === 'run.waiting') break;
    handle.signal('go', bad);
    handle.skip('sure');
    expect((await handle).outputs).toMatchObject({ go: bad });
    expect(events.find(({ type }) => type === 'run.signalled')).toMatchObject({
      value: { by: 'me, [secret API_TOKEN]' },
    });
    expect(JSON.stringify(events)).not.toContain(TOKEN);
  });

  test.each([10, 1])('that is sent before the secrets are known is dropped; %d at once', async (most) => {
    const limited = workflow('w', { maxActiveRuns: most })
      .addTask('a')
      .secrets('API_TOKEN')
      .run(() => 1)
      .addTask('go')
      .waitForSignal(
        'go',
        schemaOf((value: { by: string }) => value),
      );
    const store = createMemoryStore();
    const before = run(limited, undefined, { ...given, store, id: 'before' });
    const handle = run(limited, undefined, { ...given, store, id: 'r' });
    handle.signal('go', bad);
    handle.signal('go', { by: 'me' });
    for await (const event of before.events()) if (event.type === 'run.waiting') break;
    await before.cancel();
    expect((await handle).tasks.go).toMatchObject({ state: 'succeeded' });
    expect((await handle).outputs).toEqual({ a: 1, go: { by: 'me' } });
    const told = await whole(store);
    expect(told + JSON.stringify(await store.receive('r'))).not.toContain(TOKEN);
    expect(told).toContain("signal 'go' was not taken: signal 'go' holds the value of secret API_TOKEN");
  });
});
