import type { LogLevel } from '@wf-sdk/core';
import { coloursFor } from '../show/colours.ts';
import { createJsonReporter } from '../show/json-lines.ts';
import { createLineReporter } from '../show/lines.ts';
import { createLogReporter, isLess, type LogFormat } from '../show/log-lines.ts';
import type { Reporter } from '../show/reporter.ts';
import type { RunTree } from '../show/run-tree.ts';
import type { Desk } from './decisions.ts';
import { say } from './say.ts';

/** How a run is to be shown, as commander gives it. */
export interface ShowFlags {
  readonly json?: true;
  readonly quiet?: true;
  readonly logFormat?: LogFormat;
  readonly logLevel?: LogLevel;
}

/** What shows a run. It does nothing before the first event: a run that is refused is not drawn. */
export async function createReporter(tree: RunTree, flags: ShowFlags): Promise<Reporter> {
  if (flags.json === true) return deferred(() => createJsonReporter(process.stdout, process.stderr));
  if (flags.quiet === true) return { observe: () => undefined, end: () => undefined };
  const { logFormat, logLevel } = flags;
  if (logFormat === 'json')
    return createLogReporter((line) => void process.stderr.write(`${line}\n`), logLevel);
  const colours = coloursFor(process.stderr);
  if (!isInteractive(process.stderr)) return withoutLess(createLineReporter(tree, say, colours), logLevel);
  // What draws is imported only where there is something to draw on.
  const { createLiveReporter } = await import('../show/live.ts');
  return withoutLess(
    deferred(() => createLiveReporter(tree, process.stderr, colours)),
    logLevel,
  );
}

/** The same, but of what tasks log only what is at least as grave. */
function withoutLess(reporter: Reporter, level: LogLevel | undefined): Reporter {
  if (level === undefined) return reporter;
  return {
    ...reporter,
    observe(event) {
      if (event.type !== 'task.log' || !isLess(event.level, level)) reporter.observe(event);
    },
  };
}

/** A person can be asked who reads what is printed and can type; input that was read to its end cannot be typed into. */
export function deskFor(reporter: Reporter, { json, logFormat }: ShowFlags): Desk {
  const { stderr } = process;
  return {
    // Looked up only when there is something to ask: Node opens standard input when it is first read.
    get canAsk() {
      if (json === true || logFormat === 'json' || process.env['CI'] !== undefined) return false;
      return stderr.isTTY && process.stdin.isTTY && !process.stdin.readableEnded;
    },
    colours: coloursFor(stderr),
    pause: () => reporter.pause?.() ?? (() => undefined),
    say,
  };
}

/** Whether a picture can be drawn on a stream. */
export function isInteractive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env['CI'] === undefined && process.env['TERM'] !== 'dumb';
}

function deferred(create: () => Reporter): Reporter {
  let made: Reporter | undefined;
  return {
    observe: (event) => (made ??= create()).observe(event),
    pause: () => made?.pause?.() ?? (() => undefined),
    end: () => made?.end(),
  };
}
