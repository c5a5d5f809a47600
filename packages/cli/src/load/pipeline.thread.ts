// What the threads of isolated tasks load pipelines with: an entry of its own when the package is built.
import { fileURLToPath } from 'node:url';
import { loadPipeline } from './load-pipeline.ts';
import type { ModuleExports } from './modules.ts';

/** Imports the pipeline at a file URL as the command does. */
export function load(url: string): Promise<ModuleExports> {
  return loadPipeline(fileURLToPath(url), { cwd: process.cwd() });
}
