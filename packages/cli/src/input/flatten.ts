import type { FlagKind } from './flag-kind.ts';
import { CONVERT, type JsonSchema } from './json-schema.ts';

/** One settable field of an input schema. */
export interface FlatField {
  /** Where in the input the value goes. */
  readonly path: readonly string[];
  /** In order of preference; more than one for a union. Of each value, where the field is repeatable. */
  readonly kinds: readonly FlagKind[];
  readonly choices?: readonly unknown[];
  /** May be given several times; the values form an array. */
  readonly repeatable: boolean;
  readonly required: boolean;
  readonly default?: unknown;
  readonly description?: string;
}

interface Place {
  readonly path: readonly string[];
  readonly required: boolean;
  /** The definitions being unfolded, to stop at a schema that contains itself. */
  readonly within: readonly string[];
}

const KINDS: Readonly<Record<string, FlagKind>> = {
  string: 'text',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  null: 'null',
  object: 'json',
  array: 'json',
};

/** The fields of an object schema in their order; objects in objects are unfolded, unions of objects merged. */
export function flatten(root: JsonSchema): readonly FlatField[] {
  return fieldsOf(root, root, { path: [], required: true, within: [] }) ?? [];
}

/** `undefined` where the schema is no object with known keys, so it takes one value. */
function fieldsOf(schema: JsonSchema, root: JsonSchema, place: Place): readonly FlatField[] | undefined {
  if (schema.$ref !== undefined) {
    if (place.within.includes(schema.$ref)) return undefined;
    const target = dereference(schema.$ref, root);
    return target && fieldsOf(target, root, { ...place, within: [...place.within, schema.$ref] });
  }
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return mergeAll(variants, root, place, 'one');
  if (schema.allOf !== undefined) return mergeAll(schema.allOf, root, place, 'all');
  const { properties } = schema;
  if (properties === undefined || Object.keys(properties).length === 0) return undefined;
  if (schema.type !== undefined && schema.type !== 'object') return undefined;
  return Object.entries(properties).flatMap(([key, property]) => {
    const required = place.required && (schema.required ?? []).includes(key) && !('default' in property);
    const inner: Place = { path: [...place.path, key], required, within: place.within };
    return fieldsOf(property, root, inner) ?? [fieldOf(property, root, inner)];
  });
}

/** Of one variant only what all have is required; of an intersection, what any part requires. */
function mergeAll(
  parts: readonly JsonSchema[],
  root: JsonSchema,
  place: Place,
  holds: 'one' | 'all',
): readonly FlatField[] | undefined {
  const merged = new Map<string, FlatField>();
  const counts = new Map<string, number>();
  for (const part of parts) {
    const fields = fieldsOf(part, root, place);
    if (fields === undefined) return undefined;
    for (const field of fields) {
      const key = JSON.stringify(field.path);
      const known = merged.get(key);
      merged.set(key, known === undefined ? field : mergeTwo(known, field, holds));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...merged].map(([key, field]) =>
    holds === 'all' || counts.get(key) === parts.length ? field : { ...field, required: false },
  );
}

function mergeTwo(a: FlatField, b: FlatField, holds: 'one' | 'all'): FlatField {
  const { choices: _, ...rest } = { ...b, ...a };
  const choices = a.choices && b.choices ? [...new Set([...a.choices, ...b.choices])] : undefined;
  return {
    ...rest,
    kinds: a.repeatable === b.repeatable ? [...new Set([...a.kinds, ...b.kinds])] : ['json'],
    repeatable: a.repeatable && b.repeatable,
    required: holds === 'all' ? a.required || b.required : a.required && b.required,
    ...(choices === undefined ? {} : { choices }),
  };
}

function fieldOf(schema: JsonSchema, root: JsonSchema, { path, required, within }: Place): FlatField {
  const target = (schema.$ref !== undefined && dereference(schema.$ref, root)) || schema;
  const seen = schema.$ref === undefined ? within : [...within, schema.$ref];
  const items = target.type === 'array' && typeof target.items === 'object' ? target.items : undefined;
  const itemKinds = items && kindsOf(items, root, seen);
  // An array of arrays or objects is one piece of JSON; of anything simpler, a flag for each item.
  const repeatable = itemKinds !== undefined && !itemKinds.some((kind) => kind === 'json' || kind === 'any');
  const value = repeatable && items !== undefined ? items : target;
  const choices = choicesOf(value, root, seen);
  const description = schema.description ?? target.description ?? schema.title ?? target.title;
  const preset = 'default' in schema ? schema : target;
  return {
    path,
    kinds: repeatable ? itemKinds : kindsOf(target, root, seen),
    repeatable,
    required,
    ...(choices === undefined ? {} : { choices }),
    ...('default' in preset ? { default: preset.default } : {}),
    ...(description === undefined ? {} : { description }),
  };
}

function kindsOf(schema: JsonSchema, root: JsonSchema, within: readonly string[]): readonly FlagKind[] {
  if (schema.$ref !== undefined) {
    if (within.includes(schema.$ref)) return ['json'];
    const target = dereference(schema.$ref, root);
    return target === undefined ? ['any'] : kindsOf(target, root, [...within, schema.$ref]);
  }
  const convert = schema[CONVERT];
  if (convert !== undefined) return [convert];
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) {
    const kinds = new Set(variants.flatMap((variant) => kindsOf(variant, root, within)));
    return kinds.has('any') ? ['any'] : [...kinds];
  }
  if (schema.type !== undefined) return unique([schema.type].flat().map((type) => KINDS[type] ?? 'any'));
  if ('const' in schema) return [kindOfValue(schema.const)];
  if (schema.enum !== undefined) return unique(schema.enum.map(kindOfValue));
  if (schema.allOf !== undefined)
    return schema.allOf.flatMap((part) => kindsOf(part, root, within)).slice(0, 1);
  return ['any'];
}

function choicesOf(
  schema: JsonSchema,
  root: JsonSchema,
  within: readonly string[],
): readonly unknown[] | undefined {
  if (schema.$ref !== undefined) {
    if (within.includes(schema.$ref)) return undefined;
    const target = dereference(schema.$ref, root);
    return target && choicesOf(target, root, [...within, schema.$ref]);
  }
  if (schema.enum !== undefined) return schema.enum;
  if ('const' in schema) return [schema.const];
  if (schema.type === 'null') return [null];
  const choices = (schema.anyOf ?? schema.oneOf)?.map((variant) => choicesOf(variant, root, within));
  return choices?.every((some) => some !== undefined) === true ? choices.flat() : undefined;
}

function dereference(ref: string, root: JsonSchema): JsonSchema | undefined {
  if (ref === '#') return root;
  const name = /^#\/\$defs\/(.+)$/.exec(ref)?.[1];
  return name === undefined
    ? undefined
    : root.$defs?.[decodeURIComponent(name.replaceAll('~1', '/').replaceAll('~0', '~'))];
}

function kindOfValue(value: unknown): FlagKind {
  if (value === null) return 'null';
  return KINDS[typeof value] ?? 'any';
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
