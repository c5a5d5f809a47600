import { describe, expect, test } from 'vitest';
import { readEventLines, type RunEvent } from '../index.ts';

const first: RunEvent = { type: 'task.queued', run: 'r', at: 1, task: 'a' };
const second: RunEvent = {
  type: 'task.log',
  run: 'r',
  at: 2,
  task: 'a',
  attempt: 1,
  level: 'info',
  message: 'naïve ✓',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
};
const text = `${JSON.stringify(first)}\n${JSON.stringify(second)}\n`;

async function read(source: Parameters<typeof readEventLines>[0]): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of readEventLines(source)) events.push(event);
  return events;
}

describe('lines of events', () => {
  test('are read however they are cut, within a character too', async () => {
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 2, 3, 7, 64, bytes.length]) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      expect(await read(pieces)).toEqual([first, second]);
    }
    expect(await read([text])).toEqual([first, second]);
    expect(await read([])).toEqual([]);
    expect(await read(['\n', text, '\r\n\n'])).toEqual([first, second]);
  });

  test('may end anywhere within the last one, which counts where it is whole', async () => {
    const start = JSON.stringify(first).length + 1;
    for (let end = start; end < text.length; end++) {
      const whole = end === text.length - 1;
      expect(await read([text.slice(0, end)])).toEqual(whole ? [first, second] : [first]);
    }
  });

  test('give at their end the line that is not finished', async () => {
    const endOf = async (pieces: readonly string[]): Promise<string | undefined> => {
      const lines = readEventLines(pieces);
      for (;;) {
        const { done, value } = await lines.next();
        if (done === true) return value;
      }
    };
    expect(await endOf([text, '{"type":', '"ta'])).toBe('{"type":"ta');
    expect(await endOf(['{"type":"ta'])).toBe('{"type":"ta');
    for (const pieces of [[text], [text, '\n  '], [text.trimEnd()], []])
      expect(await endOf(pieces)).toBeUndefined();
  });

  test('may be of a type and have fields that this version does not know', async () => {
    const later = { type: 'task.dreamt', run: 'r', at: 3, of: 'sheep' };
    expect(
      await read([`${JSON.stringify({ ...first, colour: 'red' })}\n${JSON.stringify(later)}\n`]),
    ).toEqual([{ ...first, colour: 'red' }, later]);
  });

  test.each([
    '{"type":"task.qu',
    '7',
    'null',
    '[]',
    '{"type":"x","run":"r"}',
    '{"type":"x","run":"r","at":1,"task":7}',
    '{"type":"x","run":"r","at":1,"task":"a","item":"0"}',
    '{"type":"x","run":"r","at":1,"parent":null}',
    'run 0193 is kept in .wf/wf.db',
  ])('are refused where another than the last one is no event: %s', async (line) => {
    for (const end of ['\n', '\r\n'])
      await expect(
        read([`${JSON.stringify(first)}${end}${line}${end}${JSON.stringify(second)}`]),
      ).rejects.toThrow(new SyntaxError(`line 2 is no event of a run, but '${line}'`));
  });

  test.each(['hm', '7', '{"tasks":{}}', '{"type":"task.qu\n'])(
    'are refused where the last one is not the beginning of an event: %j',
    async (line) => {
      await expect(read([`${JSON.stringify(first)}\n\n${line}`])).rejects.toThrow(
        new SyntaxError(`line 3 is no event of a run, but '${line.trim()}'`),
      );
    },
  );

  test('are not shown whole where they are no events and long', async () => {
    await expect(read(['x'.repeat(1_000)])).rejects.toThrow(
      new SyntaxError(`line 1 is no event of a run, but '${'x'.repeat(60)}…'`),
    );
  });
});
