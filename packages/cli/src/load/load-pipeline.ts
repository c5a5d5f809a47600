import { explainFailure } from './explain-failure.ts';
import { findPipeline } from './find-pipeline.ts';
import { LoadError } from './load-error.ts';
import { createModules, type ModuleExports } from './modules.ts';
import { createResolve, type Resolve } from './resolve.ts';
import { resolveAtOnce } from './resolve-at-once.ts';
import { showPath } from './show-path.ts';
import { createTransform } from './transform.ts';

export interface LoadOptions {
  /** The folder that `file` is relative to, and that messages name files from. */
  readonly cwd: string;
  /**
   * The module whose `wf-sdk` and `zod` a pipeline gets when it has none installed, as a file URL.
   * @default the command itself
   */
  readonly lendFrom?: string;
}

/**
 * Imports a pipeline file and gives its exports. Each call reads the user's files anew.
 * @throws LoadError with a message for the user, whatever goes wrong
 */
export async function loadPipeline(file: string, options: LoadOptions): Promise<ModuleExports> {
  const { cwd, lendFrom = import.meta.url } = options;
  const path = findPipeline(file, cwd);
  const modules = createModules(resolveFor(lendFrom, cwd), createTransform(cwd));
  try {
    return await settled(modules.load(path), showPath(path, cwd));
  } catch (error) {
    throw explainFailure(error, { file: path, cwd, isUserFile: (loaded) => modules.has(loaded) });
  }
}

/** A caller with another `lendFrom` has other copies to compare with. */
function resolveFor(lendFrom: string, cwd: string): Resolve {
  const look = createResolve(lendFrom, cwd);
  if (lendFrom !== import.meta.url) return look;
  return (specifier, importer) => resolveAtOnce(specifier, importer) ?? look(specifier, importer);
}

/** Without this a top-level await that nothing ends would let the process end by itself, with exit code 0. */
async function settled<T>(loading: Promise<T>, shown: string): Promise<T> {
  let giveUp = (): void => {};
  const stuck = new Promise<never>((_resolve, reject) => {
    giveUp = () => {
      reject(
        new LoadError(
          'failed_on_import',
          `${shown} never finished loading: a top-level await waits for something that cannot happen any more.`,
        ),
      );
    };
  });
  process.once('beforeExit', giveUp);
  try {
    return await Promise.race([loading, stuck]);
  } finally {
    process.off('beforeExit', giveUp);
  }
}
