import { describe, expect, test } from 'vitest';

import { drive, fails, flowOf, taskOf } from '../../test/kit.ts';

interface Point {
  readonly matrix: Readonly<Record<string, unknown>>;
  readonly index: number;
}

describe('a matrix', () => {
  const over = (axes: Readonly<Record<string, readonly unknown[]>>, handler: (data: Point) => unknown) =>
    drive(flowOf([{ id: 'm', fanOut: { kind: 'matrix', axes }, handler }]), {}, 'in').end();

  test('runs once for each point, the last axis changing fastest', async () => {
    const seen: unknown[] = [];
    const result = await over({ os: ['mac', 'linux'], node: [20, 24] }, (data) => {
      seen.push(data);
      return `${String(data.matrix['os'])} ${String(data.matrix['node'])}`;
    });
    expect(result.outputs['m']).toEqual(['mac 20', 'mac 24', 'linux 20', 'linux 24']);
    expect(seen[1]).toEqual({ input: 'in', matrix: { os: 'mac', node: 24 }, index: 1 });
  });

  test('of one axis has its values, and with an empty axis no point', async () => {
    expect((await over({ a: [1, 2, 3] }, ({ matrix }) => matrix['a'])).outputs['m']).toEqual([1, 2, 3]);
    expect((await over({ a: [1, 2], b: [] }, fails)).outputs['m']).toEqual([]);
  });

  test('gives points that cannot be changed', async () => {
    const result = await over({ a: [1] }, ({ matrix }) => Object.assign(matrix, { a: 2 }));
    expect(taskOf(result, 'm').error).toMatchObject({
      code: 'item_failed',
      cause: expect.any(TypeError) as TypeError,
    });
  });
});
