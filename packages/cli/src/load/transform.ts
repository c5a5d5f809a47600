import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Jiti, TransformOptions } from 'jiti';
import { createCompileCache } from './compile-cache.ts';
import { cacheFolder } from './cache-folder.ts';
import { codeFrame } from './code-frame.ts';
import { jiti } from './lazy-jiti.ts';
import { transformWithLargeStack } from './large-stack.ts';
import { LoadError, type SourceLocation } from './load-error.ts';
import { showPath } from './show-path.ts';

/** Raise when what `transform` is asked for changes, so that no older cache entry is taken. */
const FORMAT = 2;
const FAILED = 'exports.__JITI_ERROR__ = ';
export const OVERFLOW = 'Maximum call stack size exceeded';

/** Babel's own account of a failure; `line` is zero where it knows none, `column` counts from zero. */
interface Failure {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type Transform = (file: string, source: string) => string;

/**
 * Makes the function that turns a module's source into the body of an async function over `exports`,
 * `jitiImport` and the like. Types are dropped, not checked; the source map comes inline.
 */
export function createTransform(cwd: string): Transform {
  let compiler: Jiti | undefined;
  const cached = createCompileCache(cacheFolder(`jiti-${jitiVersion()}-${FORMAT}`));
  return (file, source) =>
    cached(file, source, () => {
      const options: TransformOptions = {
        source,
        filename: file,
        ts: /\.[cm]?tsx?$/.test(file),
        async: true,
        // Imports are handed over by us exactly as Node would, so Babel's interop must stay out.
        interopDefault: false,
        babel: { sourceMaps: 'inline', sourceFileName: file },
      };
      compiler ??= jiti().createJiti(import.meta.url, { fsCache: false, sourceMaps: true });
      let code = compiler.transform(options);
      let failure = failureOf(code);
      if (failure?.message.includes(OVERFLOW)) {
        code = transformWithLargeStack(options) ?? code;
        failure = failureOf(code);
      }
      if (failure === undefined) return code;
      throw failure.message.includes(OVERFLOW)
        ? chainTooLong(file, cwd)
        : syntaxError(file, source, failure, cwd);
    });
}

export function chainTooLong(file: string, cwd: string, cause?: unknown): LoadError {
  return new LoadError(
    'chain_too_long',
    `${showPath(file, cwd)}: one chain of calls in this file is too long to compile. ` +
      'Split the workflow into fragments of 25 to 30 tasks each (fragment() and .use()), ' +
      'or add its tasks by reference.',
    { cause },
  );
}

function syntaxError(file: string, source: string, failure: Failure, cwd: string): LoadError {
  const shown = showPath(file, cwd);
  const message = failure.message.trim();
  if (failure.line === 0) return new LoadError('syntax_error', `Cannot compile ${shown}: ${message}`);
  const location: SourceLocation = { file, line: failure.line, column: failure.column + 1 };
  const place = `${shown}:${location.line}:${location.column}`;
  return new LoadError(
    'syntax_error',
    `Syntax error at ${place}: ${message}\n\n${codeFrame(source, location)}`,
    {
      location,
    },
  );
}

function failureOf(code: string): Failure | undefined {
  return code.startsWith(FAILED) ? (JSON.parse(code.slice(FAILED.length)) as Failure) : undefined;
}

function jitiVersion(): string {
  const manifest = readFileSync(fileURLToPath(import.meta.resolve('jiti/package.json')), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
