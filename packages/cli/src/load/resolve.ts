import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti, type Jiti } from 'jiti';
import { LoadError } from './load-error.ts';
import { MissingModuleError } from './missing-module.ts';
import { showPath } from './show-path.ts';

/** The packages that the command lends to a pipeline which does not have them installed. */
const LENT = /^(?:wf-sdk|zod)(?:\/|$)/;
const NOT_FOUND: readonly unknown[] = ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'];
const SOURCE_EXTENSIONS = ['.ts', '.mts', '.tsx', '.js', '.mjs', '.cts', '.cjs', '.json'];

export interface Resolved {
  readonly path: string;
  /** A package as Node sees it, rather than a file named by its path or by a tsconfig alias. */
  readonly fromPackage: boolean;
}

/** @throws MissingModuleError where the specifier leads nowhere */
export type Resolve = (specifier: string, importer: string) => Resolved;

/**
 * Resolves as bundlers do: extensions may be left out, `.js` may stand for `.ts`, and `paths` of the tsconfig.json
 * nearest to the importer count. `wf-sdk` and `zod` fall back to the copies seen from `lendFrom`.
 */
export function createResolve(lendFrom: string, cwd: string): Resolve {
  const withPaths = new Map<string, Jiti>();
  const withoutPaths = new Map<string, Jiti>();

  function resolverOf(importer: string, tsconfigPaths: boolean): Jiti {
    const known = tsconfigPaths ? withPaths : withoutPaths;
    const folder = dirname(importer);
    let resolver = known.get(folder);
    if (resolver === undefined) {
      resolver = createResolver(join(folder, '_.ts'), tsconfigPaths, cwd);
      known.set(folder, resolver);
    }
    return resolver;
  }

  function lent(specifier: string): Resolved | undefined {
    if (!LENT.test(specifier)) return undefined;
    const path = createResolver(lendFrom, false, cwd).esmResolve(specifier, { try: true });
    return path === undefined ? undefined : { path: fileURLToPath(path), fromPackage: true };
  }

  return (specifier, importer) => {
    let path: string;
    try {
      path = fileURLToPath(resolverOf(importer, true).esmResolve(specifier));
    } catch (error) {
      const missing = NOT_FOUND.includes(codeOf(error));
      const found = missing ? lent(specifier) : undefined;
      if (found !== undefined) return found;
      const explained = missing || codeOf(error) === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
      throw explained ? new MissingModuleError(specifier, importer, error) : error;
    }
    if (!isBare(specifier)) return { path, fromPackage: false };
    const plain = resolverOf(importer, false).esmResolve(specifier, { try: true });
    if (plain === undefined) return { path, fromPackage: false };
    // `paths` may lead to a declaration file, which has types and nothing to run.
    const mapped = fileURLToPath(plain) !== path && !path.endsWith('.d.ts');
    return mapped ? { path, fromPackage: false } : { path: fileURLToPath(plain), fromPackage: true };
  };
}

export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** Named like a package: neither a path, nor a URL, nor one of the importer's own `#imports`. */
export function isBare(specifier: string): boolean {
  return !/^(?:\.{0,2}\/|\.{1,2}$|#|[a-z]:[\\/]|file:)/i.test(specifier);
}

function createResolver(from: string, tsconfigPaths: boolean, cwd: string): Jiti {
  try {
    return createJiti(from, {
      fsCache: false,
      moduleCache: false,
      interopDefault: false,
      tryNative: false,
      alias: {},
      extensions: SOURCE_EXTENSIONS,
      tsconfigPaths,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LoadError(
      'bad_tsconfig',
      `Cannot read the tsconfig.json that holds for ${showPath(dirname(from), cwd)}: ${reason} Correct it, or its "extends".`,
      { cause },
    );
  }
}
