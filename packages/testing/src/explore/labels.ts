import type { Schema, TaskDefinition } from '@wf-sdk/core';

/** What stands for an output that no branch asks for, where nothing says what that could be. */
const NONE_OF_THEM = 'none of these labels';

/**
 * What the output of a task can be on which others branch: the labels that its output schema lists, or else those that are
 * asked for. Where one alone is asked for there is another one, or there would be nothing to choose.
 *
 * @returns none for a task on which nothing branches
 */
export function labelsOf(id: string, tasks: readonly TaskDefinition[]): readonly unknown[] {
  const asked = new Set<unknown>();
  for (const { branches = [] } of tasks)
    for (const { task, labels } of branches) if (task === id) for (const label of labels) asked.add(label);
  if (asked.size === 0) return [];
  const listed = listedLabels(tasks.find((task) => task.id === id)?.output);
  if (listed !== undefined) return [...new Set([...asked, ...listed])];
  if (asked.size > 1) return [...asked];
  const [only] = asked;
  return [only, typeof only === 'boolean' ? !only : NONE_OF_THEM];
}

interface JsonSchema {
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly type?: unknown;
}

/** Source: https://standardschema.dev/json-schema */
function listedLabels(schema: Schema | undefined): readonly unknown[] | undefined {
  const { jsonSchema } = (schema?.['~standard'] ?? {}) as {
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
