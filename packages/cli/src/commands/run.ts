import { pathToFileURL } from 'node:url';
import {
  compile,
  criticalPath,
  isWorkflow,
  parallelLevels,
  type Plan,
  run,
  type RunEvent,
  type RunHandle,
  type RunOptions,
  type RunResult,
  toText,
  type WorkflowDefinition,
} from '@wf-sdk/core';
import { Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { formatIssues } from '../input/format-issues.ts';
import { type InputFlag, inputFlags } from '../input/input-flags.ts';
import { inputJsonSchema } from '../input/json-schema.ts';
import { parseInputFlags } from '../input/parse-input-flags.ts';
import { mergeInput, readInput } from '../input/read-input.ts';
import { openForRun } from '../keep/open-store.ts';
import { findPipeline } from '../load/find-pipeline.ts';
import { loadPipeline } from '../load/load-pipeline.ts';
import { nameOfExport, pickWorkflow } from '../load/pick-workflow.ts';
import { showPath } from '../load/show-path.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';
import { UsageError } from '../usage-error.ts';
import { type MissingSecrets, missingSecrets, secretsFor } from './secrets.ts';
import { describeRun, reservedNames, runCommandFor, type RunFlags } from './run-options.ts';
import { say, sayWarnings, speakAs } from './say.ts';
import { superviseRun } from './supervise-run.ts';
import { beginAnew, takeUp } from './take-up.ts';

/**
 * `wf-sdk run pipeline.ts …`: in two passes over its arguments, since what they may be depends on the pipeline that
 * one of them names. Gives the exit code.
 */
export async function runPipeline(args: readonly string[]): Promise<number> {
  const first = firstPass(args);
  if (first.file === undefined) {
    // Nothing to load: either help is wanted, or commander says what is missing.
    await describeRun(new Command('wf-sdk run')).parseAsync(args, { from: 'user' });
    return EXIT.usage;
  }
  if (first.flags.dryRun !== true) await startTelemetry(first.flags, process.env, say);
  const exports = await loadPipeline(first.file, { cwd: process.cwd() });
  const workflow = pickWorkflow(exports, first.flags.export, isWorkflow);
  const flags = await flagsOf(workflow.definition);
  const command = runCommandFor(flags);
  await command.parseAsync(args, { from: 'user' });
  const plan = compile(workflow);
  const options = command.opts<RunFlags>();
  speakAs(options.logFormat);
  const input = await inputFrom(command, flags, plan);
  await checkInput(plan, input, flags);
  if (options.quiet !== true) sayWarnings(plan);
  const path = findPipeline(first.file, process.cwd());
  if (options.dryRun === true)
    return dryRun(plan, await missingSecrets(workflow, path, options.secretsFile), options);
  const module = pathToFileURL(path).href;
  const secrets = await secretsFor(workflow, path, options.secretsFile);
  const id = options.runId === undefined ? {} : { id: options.runId };
  if (!isDurable(options))
    return superviseRun(
      { plan, module, secrets, begin: (more) => run(workflow, input, { ...more, ...id }) },
      options,
    );
  const { store, file } = await openForRun(options, options.durability);
  try {
    const { runId, ifExists = 'resume' } = options;
    const known = runId === undefined || ifExists !== 'resume' ? undefined : await store.find(runId);
    const isQuiet = options.quiet === true || options.json === true;
    const kept = known === undefined ? beginAnew(store) : await takeUp(store, known, isQuiet);
    const source = { module, export: nameOfExport(exports, workflow, options.export) };
    let isSaid = isQuiet || known !== undefined;
    const begin = (more: RunOptions): RunHandle<RunResult> => {
      const told = (event: RunEvent): void => {
        if (event.run !== handle.id || isSaid) return;
        isSaid = true;
        say(`run ${handle.id} is kept in ${showPath(file, process.cwd())}`);
      };
      // First, so that it stands above all that is told of the run; of one that is refused nothing is kept.
      const observers = isSaid ? (more.observers ?? []) : [told, ...(more.observers ?? [])];
      const handle = run(workflow, input, { ...more, ...id, store, source, ifExists, observers });
      return handle;
    };
    return await superviseRun({ plan, module, secrets, begin, kept }, options);
  } finally {
    await store.close();
  }
}

/** @throws UsageError for what only a durable run can have */
function isDurable({ durable, store, durability, ifExists, runId, wait }: RunFlags): boolean {
  if (ifExists !== undefined && runId === undefined)
    throw new UsageError('--if-exists is about a run of a known ID: say --run-id <id>');
  if (durable === true || store !== undefined) return true;
  if (ifExists !== undefined)
    throw new UsageError('--if-exists is about a run that is kept: add --durable, or --store <file>');
  if (wait === true)
    throw new UsageError('--wait is about a run that is kept: add --durable, or --store <file>');
  if (durability === undefined) return false;
  throw new UsageError('--durability is about a run that is kept: add --durable, or --store <file>');
}

/** What must be known before the rest can be: which file, and which of its workflows. */
function firstPass(args: readonly string[]): { file: string | undefined; flags: RunFlags } {
  const command = describeRun(new Command('wf-sdk run'))
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments();
  for (const argument of command.registeredArguments) argument.argOptional();
  command.parse(args, { from: 'user' });
  const words = command.args.filter((word) => !word.startsWith('-'));
  // A flag of the input may stand before the file, and its value then looks like one more word.
  return {
    file: words.find((word) => /\.[cm]?[jt]sx?$/.test(word)) ?? words[0],
    flags: command.opts<RunFlags>(),
  };
}

async function flagsOf({ input }: WorkflowDefinition): Promise<readonly InputFlag[]> {
  const schema = input === undefined ? undefined : await inputJsonSchema(input);
  return schema === undefined ? [] : inputFlags(schema, reservedNames());
}

async function inputFrom(command: Command, flags: readonly InputFlag[], plan: Plan): Promise<unknown> {
  const { input: inline, inputFile: file } = command.opts<RunFlags>();
  const [, dash, ...more] = command.args;
  if ((dash !== undefined && dash !== '-') || more.length > 0) {
    throw new UsageError(
      `unexpected '${dash === '-' ? more[0] : dash}': a run takes one pipeline, and - for input from standard input`,
    );
  }
  const json = await readInput({ inline, file, stdin: dash === '-' });
  if (plan.definition.input !== undefined)
    return mergeInput(json ?? {}, parseInputFlags(flags, command.opts()));
  if (json !== undefined) {
    throw new UsageError(
      `workflow '${plan.id}' takes no input: it has no input schema. Give it one: workflow('${plan.id}', { input: z.object({ … }) })`,
    );
  }
  return undefined;
}

/** The run checks its input too; but here nothing has begun, and what sets each field is known. */
async function checkInput(plan: Plan, input: unknown, flags: readonly InputFlag[]): Promise<void> {
  const result = await plan.definition.input?.['~standard'].validate(input);
  if (result?.issues === undefined) return;
  const lines = formatIssues(result.issues, flags, input).map((line) => `  ${line}`);
  throw new UsageError(['the input does not fit the workflow:', ...lines].join('\n'));
}

/** @param missing What a run would be refused for. */
function dryRun(plan: Plan, missing: MissingSecrets | undefined, { json }: RunFlags): number {
  const { id, version } = plan;
  const facts = {
    workflow: id,
    version,
    batches: parallelLevels(plan),
    criticalPath: criticalPath(plan),
    missingSecrets: missing?.needs ?? [],
  };
  const refused = missing === undefined ? '' : `${missing.message}\n\n`;
  process.stdout.write(
    json === true ? `${JSON.stringify(facts)}\n` : `${toText(plan)}\n${refused}nothing was run (--dry-run)\n`,
  );
  return EXIT.succeeded;
}
