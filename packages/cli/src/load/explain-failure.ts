import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, resolve as resolvePath } from 'node:path';
import { codeFrame } from './code-frame.ts';
import { didYouMean } from './did-you-mean.ts';
import { LoadError, type SourceLocation } from './load-error.ts';
import { MissingModuleError } from './missing-module.ts';
import { codeOf, isBare } from './resolve.ts';
import { showPath } from './show-path.ts';
import { chainTooLong, OVERFLOW } from './transform.ts';

export interface FailureContext {
  readonly file: string;
  readonly cwd: string;
  readonly isUserFile: (file: string) => boolean;
}

/** What went wrong while a pipeline was imported, with the user's own line where one is to blame. */
export function explainFailure(error: unknown, context: FailureContext): LoadError {
  if (error instanceof LoadError) return error;
  if (error instanceof MissingModuleError) return moduleNotFound(error, context);
  const location = blamedLine(error, context);
  if (error instanceof RangeError && error.message === OVERFLOW && location === undefined) {
    return chainTooLong(context.file, context.cwd, error);
  }
  if (codeOf(error) === 'ERR_MODULE_NOT_FOUND') return brokenPackage(error, context);
  return failedOnImport(error, location, context);
}

function moduleNotFound(error: MissingModuleError, { cwd }: FailureContext): LoadError {
  const { specifier, importer } = error;
  const source = readFileSync(importer, 'utf8');
  const location = findImport(source, specifier, importer);
  const place = location === undefined ? showPath(importer, cwd) : showPlace(location, cwd);
  const frame = location === undefined ? '' : `\n\n${codeFrame(source, location)}`;
  const advice = isBare(specifier) ? adviceForPackage(error) : adviceForFile(specifier, importer);
  return new LoadError(
    'module_not_found',
    `Cannot find '${specifier}', imported by ${place}. ${advice}${frame}`,
    {
      cause: error.cause,
      location: location ?? { file: importer, line: 1 },
    },
  );
}

function adviceForPackage({ specifier, cause }: MissingModuleError): string {
  const name = packageName(specifier);
  if (codeOf(cause) === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
    return `The package ${name} is installed, but this version has no such entry.`;
  }
  if (specifier.startsWith('node:')) {
    const near = didYouMean(specifier.slice('node:'.length), builtinModules);
    return near === undefined
      ? `Node ${process.version} has no such module.`
      : `Node ${process.version} has no such module; did you mean 'node:${near}'?`;
  }
  if (!/^(?:@[\w.-]+\/)?[\w.-]+$/.test(name)) {
    return 'If it is an alias, add it to "paths" in the tsconfig.json beside the pipeline.';
  }
  return `Run: npm install ${name}`;
}

function adviceForFile(specifier: string, importer: string): string {
  const wanted = resolvePath(dirname(importer), specifier);
  const folder = dirname(wanted);
  if (!existsSync(folder)) return `There is no folder ${folder}.`;
  const near = didYouMean(basename(wanted), readdirSync(folder));
  if (near === undefined) return `There is no such file in ${folder}.`;
  const prefix = specifier.slice(0, specifier.length - basename(wanted).length);
  return `Did you mean '${prefix}${near}'?`;
}

function brokenPackage(error: unknown, { file, cwd }: FailureContext): LoadError {
  const message = messageOf(error);
  const name = /^Cannot find package '([^']+)'/.exec(message)?.[1];
  const advice = name === undefined ? 'Install the packages again.' : `Run: npm install ${packageName(name)}`;
  return new LoadError('module_not_found', `Cannot load ${showPath(file, cwd)}: ${message}. ${advice}`, {
    cause: error,
  });
}

function failedOnImport(
  error: unknown,
  location: SourceLocation | undefined,
  { file, cwd }: FailureContext,
): LoadError {
  const what = error instanceof Error ? `${error.name}: ${messageOf(error)}` : `it threw ${String(error)}`;
  const place = location === undefined ? '' : `\n\n  at ${showPlace(location, cwd)}`;
  const frame = location === undefined ? '' : `\n${codeFrame(readFileSync(location.file, 'utf8'), location)}`;
  return new LoadError(
    'failed_on_import',
    `${showPath(file, cwd)} failed while it was loaded: ${what}${place}${frame}`,
    { cause: error, location },
  );
}

/** The message, with the compiled form of an imported name (`(0 , _lib.clean)`) written as the user wrote it. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\(0\s*,\s*_\w+\.(\w+)\)/g, '$1');
}

function blamedLine(error: unknown, { isUserFile }: FailureContext): SourceLocation | undefined {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return undefined;
  for (const line of error.stack.split('\n')) {
    const [, file, row, column] =
      /(?:^|at |\()((?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+)(?::(\d+))?\)?$/.exec(line) ?? [];
    if (file === undefined || !isUserFile(file)) continue;
    return { file, line: Number(row), ...(column === undefined ? {} : { column: Number(column) }) };
  }
  return undefined;
}

function findImport(source: string, specifier: string, file: string): SourceLocation | undefined {
  for (const [index, line] of source.split(/\r\n|\n|\r/).entries()) {
    const at = Math.max(line.indexOf(`'${specifier}'`), line.indexOf(`"${specifier}"`));
    if (at !== -1) return { file, line: index + 1, column: at + 1 };
  }
  return undefined;
}

function packageName(specifier: string): string {
  const [scope = '', name] = specifier.split('/');
  return scope.startsWith('@') && name !== undefined ? `${scope}/${name}` : scope;
}

function showPlace({ file, line, column }: SourceLocation, cwd: string): string {
  return `${showPath(file, cwd)}:${line}${column === undefined ? '' : `:${column}`}`;
}
