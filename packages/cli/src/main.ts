import { Command, CommanderError } from 'commander';
import { graphCommand } from './commands/graph.ts';
import { namingExporter } from './commands/otel-option.ts';
import { describeRun } from './commands/run-options.ts';
import { runPipeline } from './commands/run.ts';
import { storeCommands } from './commands/store-commands.ts';
import { EXIT } from './exit-codes.ts';
import { explain } from './explain.ts';
import { didYouMean } from './load/did-you-mean.ts';
import { reasonOf } from './show/write-problem.ts';
import { UsageError } from './usage-error.ts';
import { version } from './version.ts';

/** Runs one command line to its end, and the process with it. */
export async function main(args: readonly string[]): Promise<void> {
  const output = watchOutput();
  let code = await perform(args);
  process.exitCode = code;
  // What was printed must be out before the process ends, and the process must end although a pipeline may have left
  // a connection or a timer open.
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  if (code === EXIT.succeeded && output.isBroken) code = EXIT.failed;
  process.exit(code);
}

async function perform(given: readonly string[]): Promise<number> {
  try {
    const args = namingExporter(given);
    // What `run` takes depends on the pipeline's input: it reads its own arguments, once it has loaded the file.
    if (args[0] === 'run') return await runPipeline(args.slice(1));
    let code: number = EXIT.succeeded;
    await program((result) => (code = result)).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.succeeded : EXIT.usage;
    process.stderr.write(`${explain(error)}\n`);
    return EXIT.usage;
  }
}

function program(done: (code: number) => void): Command {
  const command = new Command('wf-sdk')
    .description('Runs workflows that are defined in TypeScript.')
    .version(version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showHelpAfterError('(wf-sdk --help shows what there is)')
    .allowExcessArguments()
    .exitOverride();
  describeRun(command.command('run'));
  command.addCommand(graphCommand(done));
  for (const known of storeCommands(done)) command.addCommand(known);
  // Reached only where no command of ours was named.
  command.action(() => {
    const [word] = command.args;
    if (word === undefined) return command.help();
    throw new UsageError(unknownCommand(word, command));
  });
  return command;
}

function unknownCommand(word: string, { commands }: Command): string {
  const names = commands.map((known) => known.name());
  const hint = didYouMean(word, names);
  if (/\.[cm]?[jt]sx?$/.test(word)) return `unknown command '${word}'; to run that file: wf-sdk run ${word}`;
  return `unknown command '${word}'${hint === undefined ? `; there are ${names.join(', ')}` : `; did you mean '${hint}'?`}`;
}

/**
 * What cannot be printed is no reason to stop in the midst of a run. A reader that has seen enough, as `| head` has, is none to
 * say so either; of a full disk it is said once.
 */
function watchOutput(): { readonly isBroken: boolean } {
  const output = { isBroken: false };
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || output.isBroken) return;
    output.isBroken = true;
    process.stderr.write(`standard output is incomplete: ${reasonOf(error)}\n`);
  });
  // There is nowhere to say it.
  process.stderr.on('error', () => undefined);
  return output;
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
