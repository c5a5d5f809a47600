import { describe, expect, test } from 'vitest';

import { drive, fails, flowOf, lines, type PlainTask, statesOf, taskOf } from '../../test/kit.ts';

const on = (id: string, ...labels: readonly unknown[]): PlainTask => ({
  id,
  dependsOn: ['route'],
  branches: [{ task: 'route', labels }],
  handler: () => id,
});

describe('a branch', () => {
  test('is taken by the tasks whose label the decision gave; the others are skipped', async () => {
    const flow = (route: unknown) =>
      flowOf([
        { id: 'route', handler: () => route },
        on('a', 'a'),
        on('b', 'b'),
        on('either', 'a', 'b'),
        on('no', false),
      ]);
    expect(statesOf(await drive(flow('a')).end())).toEqual({
      route: 'succeeded',
      a: 'succeeded',
      b: 'skipped branch',
      either: 'succeeded',
      no: 'skipped branch',
    });
    expect(statesOf(await drive(flow(false)).end())).toMatchObject({
      a: 'skipped branch',
      b: 'skipped branch',
      either: 'skipped branch',
      no: 'succeeded',
    });
  });

  test('that is not taken is skipped all the way down to a join, which sees which one was', async () => {
    let seen: unknown;
    const { end, events } = drive(
      flowOf([
        { id: 'route', handler: () => 'a' },
        on('a', 'a'),
        on('b', 'b'),
        { id: 'more', dependsOn: ['b'], handler: fails },
        {
          id: 'join',
          dependsOn: ['a', 'more'],
          triggerRule: 'none_failed_min_one_success',
          handler: (data: unknown) => {
            seen = data;
          },
        },
      ]),
    );
    const result = await end();
    expect(result.outcome).toBe('success');
    expect(seen).toEqual({
      input: undefined,
      a: { status: 'succeeded', value: 'a' },
      more: { status: 'skipped', reason: 'dependency' },
    });
    expect(events.filter(({ type }) => type === 'task.skipped')).toMatchObject([
      { task: 'b', reason: 'branch' },
      { task: 'more', reason: 'dependency', cause: 'b' },
    ]);
    expect(lines(events)).not.toContain('task.queued b');
  });

  test('is not taken where the decision has no output', async () => {
    const result = await drive(
      flowOf([{ id: 'route', handler: fails }, { ...on('a', 'a'), triggerRule: 'all_done' }, on('b', 'a')]),
    ).end();
    expect(statesOf(result)).toEqual({ route: 'failed', a: 'skipped branch', b: 'upstream_failed' });
  });

  test('is looked at before the conditions, and every one has to be taken', async () => {
    let asked = 0;
    const result = await drive(
      flowOf([
        { id: 'route', handler: () => 'a' },
        { id: 'size', handler: () => 'small' },
        { ...on('skipped', 'b'), conditions: [() => ++asked > 0] },
        {
          id: 'both',
          dependsOn: ['route', 'size'],
          branches: [
            { task: 'route', labels: ['a'] },
            { task: 'size', labels: ['small', 'middle'] },
          ],
          handler: () => 1,
        },
        {
          id: 'one',
          dependsOn: ['route', 'size'],
          branches: [
            { task: 'route', labels: ['a'] },
            { task: 'size', labels: ['large'] },
          ],
          handler: () => 1,
        },
      ]),
    ).end();
    expect(asked).toBe(0);
    expect([taskOf(result, 'both').state, taskOf(result, 'one').reason]).toEqual(['succeeded', 'branch']);
  });
});
