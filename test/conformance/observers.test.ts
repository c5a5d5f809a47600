import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Observer, WorkflowDefinition } from 'wf-sdk';
import { observerConformance, type ObserverSubject, sampleRuns } from 'wf-sdk/testing';
import { coloursFor } from '../../packages/cli/src/show/colours.ts';
import { frame } from '../../packages/cli/src/show/frame.ts';
import { createJsonReporter } from '../../packages/cli/src/show/json-lines.ts';
import { createLineReporter } from '../../packages/cli/src/show/lines.ts';
import { RunTree } from '../../packages/cli/src/show/run-tree.ts';

const colours = coloursFor({}, {});
const definitions = new Map((await sampleRuns()).map(({ run, workflow }) => [run, workflow.definition]));
const UNKNOWN: WorkflowDefinition = { id: 'unknown', version: '1.0.0', tasks: [] };

/** What shows one run and the runs below it. */
interface Screen {
  readonly observe: Observer;
  readonly shown: () => unknown;
}

/** A screen for each run that no other runs, as the command is a process for each. */
function screens(open: (definition: WorkflowDefinition) => Screen): ObserverSubject {
  const opened = new Map<string, Screen>();
  const roots = new Map<string, string>();
  const rootOf = (run: string): string => roots.get(run) ?? run;
  return {
    observer(event) {
      if (event.type === 'run.started' && event.parent !== undefined)
        roots.set(event.run, rootOf(event.parent.run));
      const root = rootOf(event.run);
      const screen = opened.get(root) ?? open(definitions.get(root) ?? UNKNOWN);
      opened.set(root, screen);
      screen.observe(event);
    },
    shown: (run) => opened.get(run)?.shown(),
  };
}

/** What the command prints where there is no terminal. */
function lines(): ObserverSubject {
  return screens((definition) => {
    const tree = new RunTree(definition);
    const printed: string[] = [];
    const reporter = createLineReporter(tree, (line) => printed.push(line), colours);
    const observe: Observer = (event) => {
      tree.apply(event);
      reporter.observe(event);
    };
    return { observe, shown: () => printed };
  });
}

/** The picture that the command draws in a terminal, drawn after each event. */
function picture(): ObserverSubject {
  return screens((definition) => {
    const tree = new RunTree(definition);
    const drawn: string[] = [];
    const observe: Observer = (event) => {
      tree.apply(event);
      const text = frame(tree.root, { columns: 80, rows: 24, colours, now: event.at });
      if (text !== drawn.at(-1)) drawn.push(text);
    };
    return { observe, shown: () => drawn };
  });
}

/** What the command prints under `--json`. */
function jsonLines(): ObserverSubject {
  const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
  const reporter = createJsonReporter(nowhere(), nowhere());
  return { observer: reporter.observe, dispose: () => reporter.end() };
}

describe.each([
  ['lines', lines],
  ['the picture', picture],
  ['JSON lines', jsonLines],
])('what the command shows as %s', (_, make) => {
  test.each(observerConformance.cases)('$name', async ({ run }) => {
    await expect(run(make)).resolves.toBeUndefined();
  });
});
