import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type InputFlag, inputFlags } from './input-flags.ts';
import { inputJsonSchema, type InputSchema, type JsonSchema } from './json-schema.ts';

async function flagsOf(schema: InputSchema, reserved: readonly string[] = []): Promise<readonly InputFlag[]> {
  const json = await inputJsonSchema(schema);
  if (json === undefined) throw new Error('the schema has no JSON Schema');
  return inputFlags(json, reserved);
}

async function kindOf(field: z.ZodType): Promise<string> {
  const [flag] = await flagsOf(z.object({ field }));
  return `${flag?.kinds.join('|')}${flag?.repeatable === true ? '[]' : ''}`;
}

describe('inputJsonSchema', () => {
  test('takes the input side, before transforms', async () => {
    const schema = await inputJsonSchema(z.object({ n: z.string().transform(Number) }));
    expect(schema?.properties?.['n']?.type).toBe('string');
  });

  test('falls back to our own zod for a zod schema that cannot convert itself', async () => {
    const full = z.object({ day: z.date() });
    const old = { _zod: full._zod, '~standard': { vendor: 'zod' } };
    expect((await flagsOf(old)).map(({ name, kinds }) => [name, kinds])).toEqual([['day', ['date']]]);
  });

  test('has no answer for a library without JSON Schema, or one that refuses', async () => {
    expect(await inputJsonSchema({ '~standard': { vendor: 'other' } })).toBeUndefined();
    const refusing = {
      '~standard': {
        vendor: 'other',
        jsonSchema: {
          input: () => {
            throw new Error('unrepresentable');
          },
        },
      },
    };
    expect(await inputJsonSchema(refusing)).toBeUndefined();
  });

  test('hands zod options to zod only', async () => {
    const asked: unknown[] = [];
    const input = (options: unknown): unknown => {
      asked.push(options);
      return { type: 'object' };
    };
    await inputJsonSchema({ '~standard': { vendor: 'valibot', jsonSchema: { input } } });
    expect(asked).toEqual([{ target: 'draft-2020-12' }]);
  });
});

describe('kinds of flags', () => {
  test.each<[string, z.ZodType, string]>([
    ['text', z.string(), 'text'],
    ['iso date', z.iso.date(), 'text'],
    ['url', z.url(), 'text'],
    ['number', z.number(), 'number'],
    ['whole number', z.int(), 'integer'],
    ['boolean', z.boolean(), 'boolean'],
    ['boolean with a default', z.boolean().default(false), 'boolean'],
    ['date', z.date(), 'date'],
    ['date or null', z.date().nullable(), 'date|null'],
    ['coerced date', z.coerce.date(), 'date'],
    ['coerced number', z.coerce.number(), 'number'],
    ['coerced text', z.coerce.string(), 'text'],
    ['bigint', z.bigint(), 'bigint'],
    ['coerced bigint', z.coerce.bigint(), 'bigint'],
    ['enum', z.enum(['a', 'b']), 'text'],
    ['number enum', z.enum({ A: 1, B: 2 }), 'number'],
    ['literals', z.literal(['a', 2]), 'text|number'],
    ['nullable', z.string().nullable(), 'text|null'],
    ['union', z.union([z.number(), z.boolean()]), 'number|boolean'],
    ['union with an object', z.union([z.string(), z.object({ a: z.string() })]), 'text|json'],
    ['array of texts', z.array(z.string()), 'text[]'],
    ['array of unions', z.array(z.union([z.string(), z.number()])), 'text|number[]'],
    ['array of enums', z.array(z.enum(['a', 'b'])), 'text[]'],
    ['array of objects', z.array(z.object({ a: z.string() })), 'json'],
    ['tuple', z.tuple([z.string(), z.number()]), 'json'],
    ['record', z.record(z.string(), z.number()), 'json'],
    ['map, which JSON cannot say', z.map(z.string(), z.string()), 'any'],
    ['custom', z.custom(() => true), 'any'],
    ['preprocessed', z.preprocess((value) => value, z.unknown()), 'any'],
  ])('%s', async (_, field, kind) => {
    expect(await kindOf(field)).toBe(kind);
  });

  test('an object within an object is unfolded', async () => {
    const flags = await flagsOf(
      z.object({ range: z.object({ fromDay: z.string(), to: z.object({ x: z.number() }).optional() }) }),
    );
    expect(flags.map(({ name, path, required }) => [name, path, required])).toEqual([
      ['range.from-day', ['range', 'fromDay'], true],
      ['range.to.x', ['range', 'to', 'x'], false],
    ]);
  });

  test('a schema that contains itself ends in JSON', async () => {
    interface Tree {
      readonly label: string;
      readonly child?: Tree | undefined;
    }
    const tree: z.ZodType<Tree> = z.object({ label: z.string(), child: z.lazy(() => tree).optional() });
    const flags = await flagsOf(z.object({ tree }));
    expect(flags.length).toBeLessThan(6);
    expect(flags[0]).toMatchObject({ name: 'tree.label', kinds: ['text'] });
    expect(flags.at(-1)?.kinds).toEqual(['json']);
  });

  test('a union of objects has the flags of all, and requires what all require', async () => {
    const flags = await flagsOf(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('file'), path: z.string() }),
        z.object({ kind: z.literal('url'), href: z.url() }),
      ]),
    );
    expect(flags.map(({ name, required, choices }) => [name, required, choices])).toEqual([
      ['kind', true, ['file', 'url']],
      ['path', false, undefined],
      ['href', false, undefined],
    ]);
  });

  test('an intersection requires what any part requires', () => {
    const schema: JsonSchema = {
      allOf: [
        { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
        { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } } },
      ],
    };
    expect(inputFlags(schema, []).map(({ name, required }) => [name, required])).toEqual([
      ['a', true],
      ['b', false],
    ]);
  });

  test('an input that is no object has no flags', async () => {
    expect(await flagsOf(z.array(z.string()))).toEqual([]);
    expect(await flagsOf(z.string())).toEqual([]);
  });
});

describe('what a flag says', () => {
  test('required, default, choices and description', async () => {
    const flags = await flagsOf(
      z.object({
        day: z.iso.date().describe('the day to report'),
        level: z.enum(['low', 'high']).default('low').meta({ title: 'Level' }),
        rows: z.number().optional(),
        tags: z.array(z.enum(['a', 'b'])).default(['a']),
      }),
    );
    expect(flags).toEqual([
      expect.objectContaining({ name: 'day', required: true, description: 'the day to report' }),
      expect.objectContaining({
        name: 'level',
        required: false,
        default: 'low',
        choices: ['low', 'high'],
        description: 'Level',
      }),
      expect.objectContaining({ name: 'rows', required: false }),
      expect.objectContaining({ name: 'tags', repeatable: true, default: ['a'], choices: ['a', 'b'] }),
    ]);
  });
});

describe('names', () => {
  async function names(keys: readonly string[], reserved: readonly string[] = []): Promise<unknown> {
    const flags = await flagsOf(z.object(Object.fromEntries(keys.map((key) => [key, z.string()]))), reserved);
    return flags.map(({ name, alias }) => (alias === undefined ? name : [name, alias]));
  }

  test('are in kebab case, the field as written being accepted too', async () => {
    expect(await names(['day', 'maxRows', 'maxURL', 'HTTPPort', 'min_rows'])).toEqual([
      'day',
      ['max-rows', 'maxRows'],
      ['max-url', 'maxURL'],
      ['http-port', 'HTTPPort'],
      ['min-rows', 'min_rows'],
    ]);
  });

  test('give way to the flags of the command', async () => {
    const reserved = ['output', 'dry-run', 'no-color', '--json'];
    expect(await names(['output', 'dryRun', 'color', 'json', 'day'], reserved)).toEqual([
      'input.output',
      'input.dry-run',
      'input.color',
      'input.json',
      'day',
    ]);
  });

  test('stay apart where two fields come to the same', async () => {
    expect(await names(['maxRows', 'max-rows', 'max_rows'])).toEqual([
      ['max-rows', 'maxRows'],
      'input.max-rows',
      ['input.max_rows', 'max_rows'],
    ]);
  });

  test('never look like a negation', async () => {
    expect(await names(['noCache'])).toEqual([['input.no-cache', 'noCache']]);
  });

  test('that no shell can type are left to JSON', async () => {
    expect(await names(['my field', 'naïve', 'a=b', '-x', 'ok'])).toEqual(['ok']);
  });
});
