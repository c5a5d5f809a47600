import type { TaskContext } from '../src/index.ts';
import type { FanOutOptions } from '../src/model/fan-out.ts';
import { flowOf, type PlainTask } from './kit.ts';

/** What the handler of an item reads, beside all else. */
export interface ItemData {
  readonly item: number;
  readonly index: number;
}

type Work = (data: ItemData, context: TaskContext) => unknown;

/** A task over these items, which comes after one that gives them. */
export function each(
  items: unknown,
  handler: Work,
  options: FanOutOptions & Partial<PlainTask> = {},
): ReturnType<typeof flowOf> {
  const { concurrency, join, collect, ...policies } = options;
  const given = { concurrency, join, collect };
  const fanOut = {
    kind: 'each' as const,
    select: (data: { readonly items: unknown }) => data.items,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
  return flowOf([
    { id: 'items', handler: () => items },
    { id: 'map', dependsOn: ['items'], fanOut, handler, ...policies },
    { id: 'reduce', dependsOn: ['map'], handler: ({ map }: { readonly map: unknown }) => map },
  ]);
}

/** Fails for odd items. */
export const odd: Work = ({ item }) => {
  if (item % 2 === 1) throw new Error('no');
  return item * 10;
};
