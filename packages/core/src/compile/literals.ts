import type { Schema } from '../model/schema.ts';

interface JsonSchema {
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly type?: unknown;
}

/** The values a schema gives, if it gives only a few literal ones and says so. Source: https://standardschema.dev/json-schema */
export function literalsOf(schema: Schema): readonly unknown[] | undefined {
  const { jsonSchema } = schema['~standard'] as {
    readonly jsonSchema?: { output(options: { readonly target: string }): JsonSchema };
  };
  try {
    const json = jsonSchema?.output({ target: 'draft-2020-12' });
    return json === undefined ? undefined : literals(json);
  } catch {
    // A schema that JSON schema cannot express lists no labels.
    return undefined;
  }
}

function literals(json: JsonSchema): readonly unknown[] | undefined {
  if ('const' in json) return [json.const];
  if (json.enum !== undefined) return json.enum;
  if (json.type === 'boolean') return [true, false];
  const parts = json.anyOf?.map(literals);
  if (parts === undefined || parts.includes(undefined)) return undefined;
  return parts.flatMap((part) => part ?? []);
}
