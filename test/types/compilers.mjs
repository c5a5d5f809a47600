import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Compiler a TypeScript that users have
 * @property {string} version
 * @property {string} tsc the command's file
 */

/**
 * @typedef {object} Diagnostic what a compiler reports
 * @property {string} file
 * @property {number} line from 1
 * @property {number} column from 1
 * @property {number} code
 * @property {string} message its first line
 * @property {string[]} details the lines below it, without their indentation
 */

/**
 * @typedef {object} Figures what a compilation cost
 * @property {number} instantiations exact: the same on every machine and in every run
 * @property {number} checkSeconds
 */

/** @typedef {{ output: string, diagnostics: Diagnostic[], figures: Figures }} Compilation */

export const here = fileURLToPath(new URL('.', import.meta.url));

const require = createRequire(import.meta.url);

/** Oldest first. The last is the workspace's own and the one whose cost has targets. @type {Compiler[]} */
export const compilers = ['ts5', 'ts6', 'typescript'].map((name) => {
  const manifest = require.resolve(`${name}/package.json`);
  const { version, bin } = /** @type {{ version: string, bin: { tsc: string } }} */ (require(manifest));
  return { version, tsc: path.join(path.dirname(manifest), bin.tsc) };
});

export const newest = /** @type {Compiler} */ (compilers.at(-1));

const base = /** @type {{ compilerOptions: Readonly<Record<string, unknown>> }} */ (
  require('../../tsconfig.base.json')
);

/** What the packages' own sources are compiled with. */
export const options = {
  ...base.compilerOptions,
  types: ['node'],
  typeRoots: [path.join(here, '../../node_modules/@types')],
};

/**
 * Compiles a project and tells all that the compiler said; a compiler that breaks down says so in `output`.
 *
 * @param {Compiler} compiler
 * @param {string} project a folder with a tsconfig.json, or such a file
 * @param {readonly string[]} [more] parameters
 * @returns {Promise<Compilation>}
 */
export function compile({ tsc }, project, more = []) {
  const parameters = [tsc, '-p', project, '--pretty', 'false', '--extendedDiagnostics', ...more];
  const cwd = project.endsWith('.json') ? path.dirname(project) : project;
  return new Promise((resolve) => {
    execFile(process.execPath, parameters, { cwd, maxBuffer: 2 ** 26 }, (_, stdout, stderr) => {
      const output = stdout + stderr;
      const figure = (/** @type {string} */ name) =>
        Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(output)?.[1]);
      const figures = { instantiations: figure('Instantiations'), checkSeconds: figure('Check time') };
      resolve({ output, diagnostics: parseDiagnostics(output), figures });
    });
  });
}

/**
 * @param {string} output
 * @returns {Diagnostic[]}
 */
function parseDiagnostics(output) {
  /** @type {Diagnostic[]} */
  const diagnostics = [];
  for (const line of output.split('\n')) {
    const [, file, at, column, code, message] =
      /^(\S+)\((\d+),(\d+)\): error TS(\d+): (.*)$/.exec(line) ?? [];
    if (file !== undefined && message !== undefined) {
      diagnostics.push({
        file,
        line: Number(at),
        column: Number(column),
        code: Number(code),
        message,
        details: [],
      });
      continue;
    }
    const global = /^error TS(\d+): (.*)$/.exec(line);
    if (global?.[2] !== undefined) {
      diagnostics.push({
        file: '',
        line: 0,
        column: 0,
        code: Number(global[1]),
        message: global[2],
        details: [],
      });
    } else if (line.startsWith('  ')) {
      diagnostics.at(-1)?.details.push(line.trim());
    }
  }
  return diagnostics;
}
