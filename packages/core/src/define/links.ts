import type { TaskDefinition } from '../model/definition.ts';

/** Tasks in the order of their definition, each link pointing back: adding one is cheap and leaves the rest alone. */
export interface Links {
  readonly before: Links | undefined;
  readonly tasks: readonly TaskDefinition[];
}

/** The tasks of a chain of links, first to last. The very same task, met again, is there once. */
export function tasksOf(last: Links | undefined): readonly TaskDefinition[] {
  const links: Links[] = [];
  for (let link = last; link !== undefined; link = link.before) links.push(link);
  const tasks = new Set<TaskDefinition>();
  for (const link of links.reverse()) {
    for (const task of link.tasks) tasks.add(task);
  }
  return Object.freeze([...tasks]);
}
