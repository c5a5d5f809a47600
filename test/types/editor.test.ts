import path from 'node:path';

import ts from 'ts6';
import { beforeAll, describe, expect, test } from 'vitest';

import { options } from './compilers.mjs';

// What an editor shows while a pipeline is being written. TypeScript 7 has no JavaScript API, so 6 is asked: editors
// ask either the same questions.

const file = path.join(import.meta.dirname, 'pipeline.ts');
const header = `import { fragment, graph, run, workflow } from '@wf-sdk/core';\n`;
const three = `const etl = workflow('etl')
  .addTask('extract').run(() => [{ city: 'Oslo', mm: 1 }])
  .addTask('clean').dependsOn('extract').run(async ({ extract }) => extract.map(({ mm }) => mm))
  .addTask('sum').dependsOn('clean', 'extract').run(({ clean }) => clean.length);\n`;

let text = '';
let version = 0;
let service: ts.LanguageService;

beforeAll(() => {
  const { options: parsed } = ts.convertCompilerOptionsFromJson(options, import.meta.dirname);
  const isPipeline = (name: string): boolean => path.normalize(name) === file;
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => parsed,
    getScriptFileNames: () => [file],
    getScriptVersion: (name) => (isPipeline(name) ? String(version) : '0'),
    getScriptSnapshot: (name) => {
      const content = isPipeline(name) ? text : ts.sys.readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => import.meta.dirname,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => isPipeline(name) || ts.sys.fileExists(name),
    readFile: (name) => (isPipeline(name) ? text : ts.sys.readFile(name)),
    directoryExists: (name) => ts.sys.directoryExists(name),
    getDirectories: (name) => ts.sys.getDirectories(name),
  };
  service = ts.createLanguageService(host, ts.createDocumentRegistry());
});

/** Puts the source with its caret `|` before the editor. @returns where the caret is */
function write(source: string): number {
  const [before = '', after = ''] = (header + source).split('|');
  text = before + after;
  version += 1;
  return before.length;
}

/** What is offered at the caret, as it is sorted. */
function completions(source: string): ts.CompletionEntry[] {
  const entries = service.getCompletionsAtPosition(file, write(source), {})?.entries ?? [];
  return [...entries].sort((a, b) =>
    a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : a.name < b.name ? -1 : 1,
  );
}

const names = (source: string): string[] => completions(source).map(({ name }) => name);

/** What is shown when the word at the caret is pointed at. */
function hover(source: string): string {
  const info = service.getQuickInfoAtPosition(file, write(source));
  return ts.displayPartsToString(info?.displayParts);
}

describe('completion', () => {
  test('inside dependsOn offers the earlier IDs', () => {
    expect(names(`${three} etl.addTask('load').dependsOn('|')`)).toEqual(['clean', 'extract', 'sum']);
    expect(names(`${three} etl.addTask('load').dependsOn('clean', '|')`)).toEqual([
      'clean',
      'extract',
      'sum',
    ]);
  });

  test('inside dependsOn in the middle of a chain offers neither the task itself nor later ones', () => {
    const middle = three.replace(`dependsOn('clean', 'extract')`, `dependsOn('|')`);
    expect(names(middle)).toEqual(['clean', 'extract']);
  });

  test('inside the parameter of a handler offers what was declared', () => {
    expect(names(`${three} etl.addTask('load').run(({ | }) => 1)`)).toEqual(['input']);
    expect(names(`${three} etl.addTask('load').dependsOn('sum').run(({ | }) => 1)`)).toEqual([
      'input',
      'sum',
    ]);
    expect(
      names(`${three} etl.addTask('load').dependsOn('sum').dependsOn('clean').run((data) => data.|)`),
    ).toEqual(['clean', 'input', 'sum']);
  });

  test('in exports offers the IDs that can be exported', () => {
    const part = `fragment<{ rows: number[] }>().addTask('sum').run(() => 1)`;
    expect(names(`${part}.exports('|')`)).toEqual(['rows', 'sum']);
  });

  test('after a task builder shows the next task struck through, and last', () => {
    const offered = completions(`${three} etl.addTask('load').|`);
    expect(offered.map(({ name }) => name)).toEqual([
      'allowFailure',
      'breaker',
      'cache',
      'compensate',
      'deadline',
      'dependsOn',
      'fallback',
      'forEach',
      'isolate',
      'matrix',
      'onBranch',
      'output',
      'pool',
      'priority',
      'queueTimeout',
      'recover',
      'resources',
      'retry',
      'run',
      'runAlways',
      'runWorkflow',
      'secrets',
      'sla',
      'sleep',
      'teardownOf',
      'timeout',
      'triggerRule',
      'waitForSignal',
      'when',
      'addTask',
    ]);
    const deprecated = offered.filter(({ kindModifiers }) => kindModifiers?.includes('deprecated'));
    expect(deprecated.map(({ name }) => name)).toEqual(['addTask']);
  });

  test('inside onBranch offers the tasks, and then the labels of the one that was named', () => {
    // Written without the sign that stands for the caret.
    const labels = `const labels = ['express', 'standard'] as const; const go = (): (typeof labels)[number] => 'express';`;
    const routed = `${labels} const flow = workflow('flow').addTask('rows').run(() => [1]).addTask('route').run(go);`;
    expect(names(`${routed} flow.addTask('next').onBranch('|')`)).toEqual(['route', 'rows']);
    expect(names(`${routed} flow.addTask('next').onBranch('route', '|')`)).toEqual(['express', 'standard']);
    expect(names(`${routed} flow.addTask('next').onBranch('route', 'express', '|')`)).toEqual([
      'express',
      'standard',
    ]);
    const byReference = `${labels} const g = graph(); const route = g.addTask('route').run(go);`;
    expect(names(`${byReference} g.addTask('next').onBranch(route, '|')`)).toEqual(['express', 'standard']);
  });

  test('inside triggerRule offers the rules, where one can still be chosen', () => {
    const rules = names(`${three} etl.addTask('load').triggerRule('|')`);
    expect(rules).toHaveLength(12);
    expect(rules).toContain('none_failed_min_one_success');
  });

  test('inside the parameter of a fanned-out handler offers the item', () => {
    const items = `${three} etl.addTask('load').dependsOn('clean').forEach(({ clean }) => clean)`;
    expect(names(`${items}.run(({ | }) => 1)`)).toEqual(['clean', 'index', 'input', 'item']);
    expect(names(`${items}.when(({ | }) => true)`)).toEqual(['clean', 'input']);
    expect(names(`${three} etl.addTask('load').matrix({ os: ['a'] }).run(({ matrix: { | } }) => 1)`)).toEqual(
      ['os'],
    );
  });

  test('after a recovery rule is begun offers what it can do', () => {
    const source = `import { on } from '@wf-sdk/core'; on(Error).|`;
    expect(names(source)).toEqual(['escalate', 'fail', 'retry', 'runThenRetry', 'skip', 'value']);
  });

  test('after a workflow offers what comes next, and of the rest only its definition', () => {
    expect(names(`${three} etl.|`)).toEqual(['addTask', 'addTasks', 'definition', 'output', 'use']);
  });
});

describe('pointing at', () => {
  test("a handler's data shows what is in it", () => {
    expect(hover(`${three} etl.addTask('load').dependsOn('clean', 'sum').run((da|ta) => data.sum)`))
      .toMatchInlineSnapshot(`
      "(parameter) data: {
          readonly input: undefined;
          readonly clean: number[];
          readonly sum: number;
      }"
    `);
    expect(hover(`${three} etl.addTask('load').dependsOn('extract').run(({ ext|ract }) => 1)`))
      .toMatchInlineSnapshot(`
      "(parameter) extract: {
          city: string;
          mm: number;
      }[]"
    `);
  });

  test("a handler's data under another rule shows what can have become of each dependency", () => {
    expect(
      hover(`${three} etl.addTask('load').dependsOn('sum').triggerRule('all_done').run(({ s|um }) => 1)`),
    ).toMatchInlineSnapshot(`"(parameter) sum: Settled<number, "succeeded" | Failed>"`);
    expect(
      hover(`${three} etl.addTask('load').dependsOn('sum').triggerRule('none_failed').run((da|ta) => 1)`),
    ).toMatchInlineSnapshot(`
      "(parameter) data: {
          readonly input: undefined;
          readonly sum: {
              readonly status: "succeeded";
              readonly value: number;
          };
      }"
    `);
  });

  test('a workflow shows its tasks', () => {
    expect(hover(three.replace('etl', 'et|l'))).toMatchInlineSnapshot(`
      "const etl: Flow<WorkflowScope<undefined, undefined>, Task<"extract", {
          city: string;
          mm: number;
      }[], never, "input"> | Task<"clean", number[], never, "input" | "extract"> | Task<"sum", number, never, "input" | "extract" | "clean">, "extract" | "clean" | "sum">"
    `);
  });

  test('a task by reference shows its output', () => {
    expect(hover(`const cle|an = graph().addTask('clean').run(async () => [1]);`)).toMatchInlineSnapshot(
      `"const clean: TaskRef<"clean", number[], undefined, never, "input">"`,
    );
  });

  test('the outputs of a run shows them by ID', () => {
    const narrowed = `${three} const result = await run(etl); if (result.outcome === 'success')`;
    expect(hover(`${narrowed} result.out|puts;`)).toMatchInlineSnapshot(`
      "(property) SucceededRun<"extract" | "clean" | "sum", { readonly extract: { city: string; mm: number; }[]; readonly clean: number[]; readonly sum: number; }, undefined>.outputs: {
          readonly extract: {
              city: string;
              mm: number;
          }[];
          readonly clean: number[];
          readonly sum: number;
      }"
    `);
    expect(hover(`${three} const result = await run(etl); result.out|puts;`)).toMatchInlineSnapshot(`
      "(property) outputs: {
          readonly extract: {
              city: string;
              mm: number;
          }[];
          readonly clean: number[];
          readonly sum: number;
      } | Partial<{
          readonly extract: {
              city: string;
              mm: number;
          }[];
          readonly clean: number[];
          readonly sum: number;
      }>"
    `);
    expect(hover(`${narrowed} { const { su|m } = result.outputs; }`)).toMatchInlineSnapshot(
      `"const sum: number"`,
    );
  });
});
