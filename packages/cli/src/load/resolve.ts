import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Jiti } from 'jiti';
import { installedIn } from './installed.ts';
import { jiti } from './lazy-jiti.ts';
import { LoadError } from './load-error.ts';
import { MissingModuleError } from './missing-module.ts';
import { showPath } from './show-path.ts';

/** The packages that the command lends to a pipeline which does not have them installed. */
const LENT = /^(wf-sdk|zod)(?:\/|$)/;
const EXPLAINED: readonly unknown[] = [
  'MODULE_NOT_FOUND',
  'ERR_MODULE_NOT_FOUND',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
];
// Node's own, so that a package is the same module whether we or another package import it.
const CONDITIONS = ['node', 'import', 'module-sync', 'node-addons'].filter(
  (condition) => condition !== 'module-sync' || 'require_module' in process.features,
);
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

  /** The command's own copy, for a pipeline whose folder has none. */
  function lend(specifier: string, importer: string): Resolved {
    try {
      const path = createResolver(lendFrom, false, cwd).esmResolve(specifier, { conditions: CONDITIONS });
      return { path: fileURLToPath(path), fromPackage: true };
    } catch (error) {
      throw new MissingModuleError(specifier, importer, error);
    }
  }

  return (specifier, importer) => {
    const name = LENT.exec(specifier)?.[1];
    const missing = name !== undefined && installedIn(name, dirname(importer)) === undefined;
    let path: string;
    try {
      path = fileURLToPath(resolverOf(importer, true).esmResolve(specifier, { conditions: CONDITIONS }));
    } catch (error) {
      if (missing) return lend(specifier, importer);
      throw EXPLAINED.includes(codeOf(error)) ? new MissingModuleError(specifier, importer, error) : error;
    }
    if (!isBare(specifier)) return { path, fromPackage: false };
    const plain = resolverOf(importer, false).esmResolve(specifier, { conditions: CONDITIONS, try: true });
    const unmapped = plain === undefined ? undefined : fileURLToPath(plain);
    // `paths` may lead to a declaration file, which has types and nothing to run.
    if (unmapped !== path && !path.endsWith('.d.ts')) return { path, fromPackage: false };
    if (missing) return lend(specifier, importer);
    if (unmapped === undefined) throw new MissingModuleError(specifier, importer, undefined);
    return { path: unmapped, fromPackage: true };
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
    return jiti().createJiti(from, {
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
