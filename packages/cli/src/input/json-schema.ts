/** The part of JSON Schema (draft 2020-12) that flags are made from. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema | boolean;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  /** Ours: a value that JSON has no form for, which a flag's text is converted to. */
  readonly [CONVERT]?: 'date' | 'bigint';
}

export const CONVERT = 'x-wf-convert';

/** A schema as Standard Schema and Standard JSON Schema describe it; nothing of it is taken for granted. */
export interface InputSchema {
  readonly '~standard': {
    readonly vendor: string;
    readonly jsonSchema?: { readonly input: (options: JsonSchemaOptions) => unknown };
  };
}

interface JsonSchemaOptions {
  readonly target: 'draft-2020-12';
  readonly libraryOptions?: Readonly<Record<string, unknown>>;
}

interface ZodOverride {
  readonly zodSchema: { readonly _zod: { readonly def: { readonly type: string } } };
  readonly jsonSchema: Record<string, unknown>;
}

// Zod refuses what JSON cannot say. A date and a bigint can still be typed in a shell; the rest may be anything.
const ZOD_OPTIONS = {
  unrepresentable: 'any',
  override: ({ zodSchema, jsonSchema }: ZodOverride): void => {
    const { type } = zodSchema._zod.def;
    if (type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date', [CONVERT]: 'date' });
    if (type === 'bigint') Object.assign(jsonSchema, { type: 'integer', [CONVERT]: 'bigint' });
  },
} as const;

/** The JSON Schema of what a workflow takes, or `undefined` where the schema's library has no answer. */
export async function inputJsonSchema(schema: InputSchema): Promise<JsonSchema | undefined> {
  const { vendor, jsonSchema } = schema['~standard'];
  const target = 'draft-2020-12';
  if (jsonSchema !== undefined) {
    const libraryOptions = vendor === 'zod' ? { libraryOptions: ZOD_OPTIONS } : {};
    return attempt(() => jsonSchema.input({ target, ...libraryOptions }));
  }
  if (vendor !== 'zod') return undefined;
  // Zod before 4.2 has no method for it, but its schemas are understood by our own copy.
  const { z } = await import('zod');
  return attempt(() =>
    z.toJSONSchema(schema as unknown as Parameters<typeof z.toJSONSchema>[0], {
      ...(ZOD_OPTIONS as object),
      target,
      io: 'input',
    }),
  );
}

function attempt(convert: () => unknown): JsonSchema | undefined {
  try {
    const schema = convert();
    return typeof schema === 'object' && schema !== null ? schema : undefined;
  } catch {
    return undefined;
  }
}
