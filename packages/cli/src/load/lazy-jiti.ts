import { createRequire } from 'node:module';
import type * as jitiModule from 'jiti';

type JitiModule = typeof jitiModule;

let loaded: JitiModule | undefined;

/** jiti, imported when first needed: with everything cached and simply named a pipeline runs without it. */
export function jiti(): JitiModule {
  return (loaded ??= createRequire(import.meta.url)('jiti') as JitiModule);
}
