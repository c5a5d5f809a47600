import type { Plan } from '../model/plan.ts';

/** The graph in Graphviz' language, left to right. Source: https://graphviz.org/doc/info/lang.html */
export function toDot(plan: Plan): string {
  const lines = [`digraph ${quote(plan.id)} {`, '  rankdir=LR;', '  node [shape=box, style=rounded];'];
  for (const { id } of plan.tasks) lines.push(`  ${quote(id)};`);
  for (const { id, definition } of plan.tasks) {
    for (const dependency of definition.dependsOn) lines.push(`  ${quote(dependency)} -> ${quote(id)};`);
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
