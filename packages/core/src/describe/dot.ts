import type { Plan } from '../model/plan.ts';
import { type Edge, edgesOf, factsOf } from './facts.ts';

/**
 * The graph in Graphviz' language, left to right. What else decides about a task stands below its name, the labels of a
 * branch on its edge; the edges of a teardown are dashed. Source: https://graphviz.org/doc/info/lang.html
 */
export function toDot(plan: Plan): string {
  const lines = [`digraph ${quote(plan.id)} {`, '  rankdir=LR;', '  node [shape=box, style=rounded];'];
  for (const task of plan.tasks) {
    const facts = factsOf(task, plan);
    const label = facts.length === 0 ? '' : ` [label=${quote([task.id, ...facts].join('\n'))}]`;
    lines.push(`  ${quote(task.id)}${label};`);
  }
  for (const task of plan.tasks) {
    for (const edge of edgesOf(task, plan)) {
      const from = plan.tasks[edge.from]?.id ?? '';
      lines.push(`  ${quote(from)} -> ${quote(task.id)}${attributes(edge)};`);
    }
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

function attributes({ kind, labels }: Edge): string {
  switch (kind) {
    case 'plain':
      return '';
    case 'branch':
      return ` [label=${quote(labels.join(' | '))}]`;
    case 'teardown':
      return ' [style=dashed, label="teardown"]';
    case 'before_teardown':
      return ' [style=dashed]';
  }
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
