import { createThreadDispatcher, type Plan, run, type RunOptions } from '@wf-sdk/core';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { threadLoader } from '../load/thread-loader.ts';
import { coloursFor } from '../show/colours.ts';
import { createJsonReporter } from '../show/json-lines.ts';
import { createLineReporter } from '../show/lines.ts';
import type { Reporter } from '../show/reporter.ts';
import { RunTree } from '../show/run-tree.ts';
import { summary } from '../show/summary.ts';
import { Decisions, type Desk } from './decisions.ts';
import { EventsFile, ResultFile } from './output-files.ts';
import type { RunFlags } from './run-options.ts';
import { say } from './say.ts';
import { watchProcess } from './watch-process.ts';

/** What is run: with which input, and where its module stands as a URL. */
export interface Subject {
  readonly workflow: Parameters<typeof run>[0];
  readonly plan: Plan;
  readonly input: unknown;
  readonly module: string;
}

/** Runs a workflow in front of a user: shows it, writes what was asked for, lets it be cancelled. Gives the exit code. */
export async function superviseRun(
  { workflow, plan, input, module }: Subject,
  flags: RunFlags,
): Promise<number> {
  const eventsFile = flags.events === undefined ? undefined : new EventsFile(flags.events);
  const resultFile = flags.output === undefined ? undefined : new ResultFile(flags.output);
  const colours = coloursFor(process.stderr);
  const tree = new RunTree(plan.definition);
  const reporter = await createReporter(tree, flags);
  const decisions: Decisions = new Decisions(() => handle, tree, deskFor(reporter, flags));
  const handle = begin(reporter, () =>
    run(workflow, input, {
      ...optionsOf(flags),
      module,
      dispatcher: createThreadDispatcher({ loader: threadLoader }),
      observers: [
        tree.apply,
        reporter.observe,
        ...(eventsFile === undefined ? [] : [eventsFile.observe]),
        (event) => decisions.observe(event),
      ],
    }),
  );
  const watch = watchProcess(handle, reporter, decisions);
  const result = await handle;
  watch.end();
  reporter.end();
  const problems = [eventsFile?.end(), resultFile?.write(result)].filter((problem) => problem !== undefined);
  if (flags.json !== true && (flags.quiet !== true || result.state !== 'succeeded')) {
    say(summary(result, plan.definition, colours, process.cwd()));
  }
  for (const problem of problems) say(problem);
  const code = exitCodeOf(result, decisions.gaveUp ? 'waiting' : watch.signal);
  return code === EXIT.succeeded && problems.length > 0 ? EXIT.failed : code;
}

function optionsOf({ concurrency, timeout, runMode, failFast }: RunFlags): RunOptions {
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(timeout !== undefined && { timeout: timeout as `${number}s` }),
    ...(runMode !== undefined && { mode: runMode }),
    ...(failFast === true && { onFailure: 'fail-fast' }),
  };
}

/** What is drawn is taken away again where the options or the machine do not allow the run. */
function begin<Handle>(reporter: Reporter, start: () => Handle): Handle {
  try {
    return start();
  } catch (error) {
    reporter.end();
    throw error;
  }
}

async function createReporter(tree: RunTree, flags: RunFlags): Promise<Reporter> {
  if (flags.json === true) {
    return createJsonReporter(process.stdout, process.stderr);
  }
  if (flags.quiet === true) return { observe: () => undefined, end: () => undefined };
  const colours = coloursFor(process.stderr);
  if (!isInteractive(process.stderr)) return createLineReporter(tree, say, colours);
  // What draws is imported only where there is something to draw on.
  const { createLiveReporter } = await import('../show/live.ts');
  return createLiveReporter(tree, process.stderr, colours);
}

function isInteractive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env['CI'] === undefined && process.env['TERM'] !== 'dumb';
}

/** A person can be asked who reads what is printed and can type; input that was read to its end cannot be typed into. */
function deskFor(reporter: Reporter, { json }: RunFlags): Desk {
  const { stdin, stderr } = process;
  return {
    canAsk:
      json !== true && stdin.isTTY && !stdin.readableEnded && stderr.isTTY && process.env['CI'] === undefined,
    colours: coloursFor(stderr),
    pause: () => reporter.pause?.() ?? (() => undefined),
    say,
  };
}
