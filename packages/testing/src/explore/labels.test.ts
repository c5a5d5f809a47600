import type { TaskDefinition } from '@wf-sdk/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { labelsOf } from './labels.ts';

function tasks(
  asked: readonly (readonly unknown[])[],
  output?: TaskDefinition['output'],
): readonly TaskDefinition[] {
  const branching = asked.map((labels, place): TaskDefinition => ({
    id: `b${place}`,
    dependsOn: [],
    branches: [{ task: 'kind', labels }],
  }));
  return [{ id: 'kind', dependsOn: [], output }, ...branching];
}

describe('the labels of a task', () => {
  it('are those that are asked for', () => {
    expect(
      labelsOf(
        'kind',
        tasks([
          ['a', 'b'],
          ['b', 'c'],
        ]),
      ),
    ).toEqual(['a', 'b', 'c']);
    expect(labelsOf('b0', tasks([['a']]))).toEqual([]);
  });

  it('are never one alone', () => {
    expect(labelsOf('kind', tasks([['a']]))).toEqual(['a', 'none of these labels']);
    expect(labelsOf('kind', tasks([[false]]))).toEqual([false, true]);
  });

  it.each([
    ['an enum', z.enum(['a', 'b', 'c']), ['b', 'a', 'c']],
    ['a union', z.union([z.literal('b'), z.literal(7), z.enum(['x'])]), ['b', 7, 'x']],
    ['a literal', z.literal('b'), ['b']],
    ['what is no list', z.string(), ['b', 'none of these labels']],
    ['what JSON schema cannot say', z.bigint(), ['b', 'none of these labels']],
    ['a union with what is no list', z.union([z.literal('a'), z.string()]), ['b', 'none of these labels']],
  ])('are those that an output schema lists: %s', (_, schema, labels) => {
    expect(labelsOf('kind', tasks([['b']], schema))).toEqual(labels);
  });

  it('are both where the schema says yes or no', () => {
    expect(labelsOf('kind', tasks([[true]], z.boolean()))).toEqual([true, false]);
  });
});
