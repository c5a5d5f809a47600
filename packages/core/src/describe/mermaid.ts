import type { Plan } from '../model/plan.ts';
import { type Edge, edgesOf, factsOf } from './facts.ts';

/**
 * The graph as a Mermaid flowchart, left to right. What else decides about a task stands below its name, the labels of
 * a branch on its edge; the edges of a teardown are dotted. Source: https://mermaid.js.org/syntax/flowchart.html
 */
export function toMermaid(plan: Plan): string {
  const lines = ['flowchart LR'];
  // Mermaid's own names are numbered: a task ID may be one of its keywords, `end` for instance.
  for (const task of plan.tasks) {
    const label = [task.id, ...factsOf(task, plan)].map(escape).join('<br/>');
    lines.push(`  t${task.index}["${label}"]`);
  }
  for (const task of plan.tasks) {
    for (const edge of edgesOf(task, plan)) lines.push(`  t${edge.from} ${arrow(edge)} t${edge.to}`);
  }
  return `${lines.join('\n')}\n`;
}

function arrow({ kind, labels }: Edge): string {
  switch (kind) {
    case 'plain':
      return '-->';
    case 'branch':
      return `-->|"${labels.map(escape).join(' | ')}"|`;
    case 'teardown':
      return '-.->|teardown|';
    case 'before_teardown':
      return '-.->';
  }
}

/** A label is a bit of HTML in which `#` begins an entity. */
function escape(text: string): string {
  return text.replaceAll(/[#&<>"]/g, (character) => ENTITIES[character] ?? character);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '#': '#35;',
  '&': '#amp;',
  '<': '#lt;',
  '>': '#gt;',
  '"': '#quot;',
};
