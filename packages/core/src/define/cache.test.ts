import { expect, test } from 'vitest';
import { compile } from '../compile/compile.ts';
import { toJSON } from '../describe/json.ts';
import { toText } from '../describe/text.ts';
import { fromJSON } from './from-json.ts';
import { workflow } from './workflow.ts';

const key = ({ input }: { readonly input: number }): number => input;
const handler = (): number => 1;
const flow = workflow<number>('w')
  .addTask('a')
  .cache({ ttl: '1h', version: '2', key })
  .run(handler)
  .addTask('b')
  .cache()
  .run(handler);

test('a cache is a part of the JSON of a workflow, and its key one of the bindings', () => {
  const json = toJSON(flow);
  expect(json.tasks.map(({ cache }) => cache)).toEqual([{ ttl: '1h', version: '2', key: true }, {}]);
  const handlers = { a: handler, b: handler };
  const read = fromJSON(JSON.parse(JSON.stringify(json)), { handlers, tasks: { a: { cacheKey: key } } });
  expect(read.definition.tasks.map(({ cache }) => cache)).toEqual([{ ttl: '1h', version: '2', key }, {}]);
  expect(() => fromJSON(json, { handlers })).toThrow(
    "the workflow needs a cache key for task 'a': pass it as bindings.tasks['a'].cacheKey",
  );
  const wrong = { ...json, tasks: [{ id: 'a', cache: 'yes' }] };
  expect(() => compile(fromJSON(wrong, { handlers }))).toThrow(
    ".cache() takes options such as { ttl: '1h' }",
  );
});

test('a cache is shown with the graph', () => {
  expect(toText(compile(flow))).toContain('(cached for 1h)');
  expect(toText(compile(flow))).toMatch(/b .*\(cached\)/);
});
