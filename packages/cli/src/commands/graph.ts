import { compile, isWorkflow, toDot, toJSON, toMermaid, toText } from '@wf-sdk/core';
import { Command, Option } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { loadPipeline } from '../load/load-pipeline.ts';
import { pickWorkflow } from '../load/pick-workflow.ts';
import { sayWarnings } from './say.ts';

const FORMATS = ['mermaid', 'dot', 'json', 'text'] as const;

interface GraphOptions {
  readonly export?: string;
  readonly format: (typeof FORMATS)[number];
}

/** `wf-sdk graph pipeline.ts`: the workflow's graph as text, without running it. */
export function graphCommand(done: (code: number) => void): Command {
  return new Command('graph')
    .description('Prints the graph of a workflow without running it.')
    .argument('<pipeline>', 'the file that exports the workflow')
    .addOption(new Option('--format <format>', 'what to print').choices(FORMATS).default('text'))
    .option('--export <name>', 'the export to take, where the file has several workflows')
    .helpOption('-h, --help', 'show this help')
    .exitOverride()
    .action(async (file: string, options: GraphOptions) => {
      const workflow = pickWorkflow(
        await loadPipeline(file, { cwd: process.cwd() }),
        options.export,
        isWorkflow,
      );
      process.stdout.write(picture(workflow, options.format));
      done(EXIT.succeeded);
    });
}

type AnyWorkflow = Parameters<typeof compile>[0];

function picture(workflow: AnyWorkflow, format: GraphOptions['format']): string {
  const plan = compile(workflow);
  sayWarnings(plan);
  switch (format) {
    case 'mermaid':
      return toMermaid(plan);
    case 'dot':
      return toDot(plan);
    case 'json':
      return `${JSON.stringify(toJSON(workflow), undefined, 2)}\n`;
    case 'text':
      return toText(plan);
  }
}
