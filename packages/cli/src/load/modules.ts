import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';
import { MissingModuleError } from './missing-module.ts';
import type { Resolve, Resolved } from './resolve.ts';
import { mapStackTraces } from './source-maps.ts';
import type { Transform } from './transform.ts';

export type ModuleExports = Record<string, unknown>;

/** The user's own modules of one load. */
export interface Modules {
  /** Evaluates a file and what it imports, each file once. */
  load(file: string): Promise<ModuleExports>;
  has(file: string): boolean;
}

interface Module {
  readonly scope: { exports: ModuleExports };
  state: 'loading' | 'loaded';
  ready: Promise<ModuleExports>;
}

type Import = (specifier: string) => Promise<unknown>;

type Body = (
  exports: ModuleExports,
  require: NodeJS.Require,
  module: Module['scope'],
  filename: string,
  folder: string,
  jitiImport: Import,
  jitiESMResolve: (specifier: string) => string,
) => Promise<void>;

// The names that the transform's output expects; its first line starts on a line of its own to keep its columns.
const WRAPPER =
  '(async function (exports, require, module, __filename, __dirname, jitiImport, jitiESMResolve) {\n';

const SCRIPT = /^\.m?js$/;
const TYPED = /^\.(?:[cm]?ts|tsx)$/;

/**
 * The user's files are compiled and evaluated here; packages are imported by Node itself, so that the command, the
 * pipeline and other packages share one instance of each.
 */
export function createModules(resolve: Resolve, transform: Transform): Modules {
  const modules = new Map<string, Module>();
  const waiting = new Map<string, Set<string>>();

  function load(file: string): Promise<ModuleExports> {
    return (modules.get(file) ?? start(file)).ready;
  }

  function start(file: string): Module {
    const module: Module = { scope: { exports: {} }, state: 'loading', ready: Promise.resolve({}) };
    modules.set(file, module);
    // Not before the importer waits for it, or a cycle would not be seen.
    module.ready = Promise.resolve()
      .then(() => evaluate(file, module.scope))
      .then(() => {
        module.state = 'loaded';
        return module.scope.exports;
      });
    // Whoever imports it is told; a failure must not count as unhandled meanwhile.
    module.ready.catch(() => {});
    return module;
  }

  async function evaluate(file: string, scope: Module['scope']): Promise<void> {
    const code = transform(file, readFileSync(file, 'utf8'));
    mapStackTraces(file, code);
    const body = runInThisContext(`${WRAPPER}${code}\n})`, { filename: file, lineOffset: -1 }) as Body;
    await body(
      scope.exports,
      createRequire(file),
      scope,
      file,
      dirname(file),
      (specifier) => importFrom(file, specifier),
      (specifier) => (isBuiltin(specifier) ? specifier : pathToFileURL(resolve(specifier, file).path).href),
    );
  }

  async function importFrom(importer: string, specifier: string): Promise<unknown> {
    if (isBuiltin(specifier) || /^(?:data|https?):/.test(specifier)) return import(specifier);
    if (specifier.startsWith('node:')) throw new MissingModuleError(specifier, importer, undefined);
    const resolved = resolve(specifier.startsWith('file:') ? fileURLToPath(specifier) : specifier, importer);
    if (extname(resolved.path) === '.json') return readJson(resolved.path);
    if (!isUserSource(resolved)) return import(pathToFileURL(resolved.path).href);
    return loadFor(importer, resolved.path);
  }

  /** Waits for a module, unless that module waits for the importer: then, as in any cycle, it is seen half-way. */
  async function loadFor(importer: string, file: string): Promise<ModuleExports> {
    const module = modules.get(file) ?? start(file);
    if (module.state === 'loaded') return module.scope.exports;
    if (waitsFor(file, importer)) return module.scope.exports;
    const awaited = waiting.get(importer) ?? new Set();
    waiting.set(importer, awaited.add(file));
    try {
      return await module.ready;
    } finally {
      awaited.delete(file);
    }
  }

  function waitsFor(file: string, wanted: string, seen = new Set<string>()): boolean {
    if (file === wanted) return true;
    if (seen.has(file)) return false;
    seen.add(file);
    return [...(waiting.get(file) ?? [])].some((next) => waitsFor(next, wanted, seen));
  }

  return { load, has: (file) => modules.has(file) };
}

/** Typed source is always ours, since Node runs none inside node_modules; JavaScript of a package is Node's. */
function isUserSource({ path, fromPackage }: Resolved): boolean {
  const extension = extname(path);
  if (TYPED.test(extension)) return true;
  if (!SCRIPT.test(extension) || fromPackage || /[\\/]node_modules[\\/]/.test(path)) return false;
  return extension === '.mjs' || !isCommonJs(path);
}

function isCommonJs(path: string): boolean {
  if (packageType(dirname(path)) === 'module') return false;
  const source = readFileSync(path, 'utf8');
  if (/^\s*(?:import|export)[\s{*'"]/m.test(source)) return false;
  return /\bmodule\.exports\b|\bexports\.\w|\brequire\s*\(/.test(source);
}

function packageType(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { type?: unknown }).type;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? undefined : packageType(parent);
  }
}

function readJson(path: string): ModuleExports {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const named = typeof value === 'object' && !Array.isArray(value) ? value : {};
  return { ...named, default: value };
}
