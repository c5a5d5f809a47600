import { coloursFor } from '../show/colours.ts';
import { createJsonReporter } from '../show/json-lines.ts';
import { createLineReporter } from '../show/lines.ts';
import type { Reporter } from '../show/reporter.ts';
import type { RunTree } from '../show/run-tree.ts';
import type { Desk } from './decisions.ts';
import { say } from './say.ts';

/** How a run is to be shown, as commander gives it. */
export interface ShowFlags {
  readonly json?: true;
  readonly quiet?: true;
}

/** What shows a run. It does nothing before the first event: a run that is refused is not drawn. */
export async function createReporter(tree: RunTree, flags: ShowFlags): Promise<Reporter> {
  if (flags.json === true) return deferred(() => createJsonReporter(process.stdout, process.stderr));
  if (flags.quiet === true) return { observe: () => undefined, end: () => undefined };
  const colours = coloursFor(process.stderr);
  if (!isInteractive(process.stderr)) return createLineReporter(tree, say, colours);
  // What draws is imported only where there is something to draw on.
  const { createLiveReporter } = await import('../show/live.ts');
  return deferred(() => createLiveReporter(tree, process.stderr, colours));
}

/** A person can be asked who reads what is printed and can type; input that was read to its end cannot be typed into. */
export function deskFor(reporter: Reporter, { json }: ShowFlags): Desk {
  const { stdin, stderr } = process;
  return {
    canAsk:
      json !== true && stdin.isTTY && !stdin.readableEnded && stderr.isTTY && process.env['CI'] === undefined,
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
