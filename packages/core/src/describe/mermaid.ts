import type { Plan } from '../model/plan.ts';

/** The graph as a Mermaid flowchart, left to right. Source: https://mermaid.js.org/syntax/flowchart.html */
export function toMermaid(plan: Plan): string {
  const lines = ['flowchart LR'];
  // Mermaid's own names are numbered: a task ID may be one of its keywords, `end` for instance.
  for (const { index, id } of plan.tasks) lines.push(`  t${index}["${escape(id)}"]`);
  for (const { index, dependsOn } of plan.tasks) {
    for (const dependency of dependsOn) lines.push(`  t${dependency} --> t${index}`);
  }
  return `${lines.join('\n')}\n`;
}

function escape(id: string): string {
  return id.replaceAll('"', '#quot;');
}
