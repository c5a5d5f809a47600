import { literalsOf, type TaskDefinition } from '@wf-sdk/core';

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
  const { output } = tasks.find((task) => task.id === id) ?? {};
  const listed = output === undefined ? undefined : literalsOf(output);
  if (listed !== undefined) return [...new Set([...asked, ...listed])];
  if (asked.size > 1) return [...asked];
  const [only] = asked;
  return [only, typeof only === 'boolean' ? !only : NONE_OF_THEM];
}
