import type { TaskDefinition } from '../model/definition.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Schema } from '../model/schema.ts';
import { show } from './show.ts';

/** Warns of each label that a task can give, as its output schema says, and for which no task is on a branch. */
export function unhandledBranches(tasks: readonly TaskDefinition[]): Diagnostic[] {
  const handled = new Map<string, Set<unknown>>();
  for (const { branches = [] } of tasks) {
    for (const { task, labels } of branches) {
      const known = handled.get(task) ?? new Set();
      handled.set(task, known);
      for (const label of labels) known.add(label);
    }
  }
  if (handled.size === 0) return [];
  return tasks.flatMap(({ id, output }) => {
    const known = handled.get(id);
    const labels = output === undefined ? undefined : labelsOf(output);
    if (known === undefined || labels === undefined) return [];
    return labels
      .filter((label) => !known.has(label))
      .map((label) => ({
        code: 'unhandled_branch' as const,
        task: id,
        message: `task '${id}' can give ${show(label)}, and no task is on that branch; add one with .onBranch('${id}', ${show(label)})`,
      }));
  });
}

interface JsonSchema {
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
}

/** The values a schema gives, if it gives only a few literal ones and says so. Source: https://standardschema.dev/json-schema */
function labelsOf(schema: Schema): readonly unknown[] | undefined {
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
  const parts = json.anyOf?.map(literals);
  if (parts === undefined || parts.includes(undefined)) return undefined;
  return parts.flatMap((part) => part ?? []);
}
