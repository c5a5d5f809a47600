import type { TaskDefinition, WorkflowDefinition } from '../model/definition.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { SecretNeed } from '../model/secret.ts';
import { show } from './show.ts';

const NAME = /^[A-Za-z_][\w.-]*$/;

export function checkSecrets(
  { id, secrets, handler }: TaskDefinition,
  report: (diagnostic: Diagnostic) => void,
): void {
  if (secrets === undefined) return;
  const bad = (message: string): void =>
    report({ code: 'bad_secret', task: id, message: `task '${id}': ${message}` });
  if (!Array.isArray(secrets)) return bad(`secrets must be a list of names, not ${show(secrets)}`);
  for (const name of secrets as readonly unknown[]) {
    if (typeof name === 'string' && NAME.test(name)) continue;
    bad(`a secret is named as a variable of the environment is, such as 'API_TOKEN', not ${show(name)}`);
  }
  if (secrets.length > 0 && handler === undefined)
    bad('it has no handler that could read secrets; name them on the task whose .run() does');
}

/**
 * Which secrets the tasks of a workflow need, and those of the workflows below it. A workflow that a function gives is not
 * known before it is run.
 */
export function secretNeeds(tasks: readonly TaskDefinition[]): readonly SecretNeed[] {
  const needs = new Map<string, string[]>();
  gather(tasks, '', needs, new Set());
  return [...needs].map(([name, needing]) => ({ name, tasks: needing }));
}

function gather(
  tasks: readonly TaskDefinition[],
  prefix: string,
  needs: Map<string, string[]>,
  above: ReadonlySet<WorkflowDefinition>,
): void {
  for (const { id, secrets, child } of tasks) {
    for (const name of new Set(secrets ?? [])) {
      const needing = needs.get(name);
      if (needing === undefined) needs.set(name, [`${prefix}${id}`]);
      else needing.push(`${prefix}${id}`);
    }
    if (child === undefined || typeof child.workflow === 'function') continue;
    const { definition } = child.workflow;
    // What is wrong with it is said when it is compiled, by the run of the task.
    if (above.has(definition) || !Array.isArray(definition.tasks)) continue;
    gather(definition.tasks, `${prefix}${id}/`, needs, new Set([...above, definition]));
  }
}
