import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../packages/cli', import.meta.url));
const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));

/**
 * A user's folder with a pipeline in it, `wf-sdk` and `zod` installed beside it, and caches of its own.
 *
 * @returns {{ folder: string, env: NodeJS.ProcessEnv, remove: () => void }}
 */
export function createInstallation() {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'wf-sdk-bench-')));
  const caches = path.join(folder, '.cache');
  for (const made of [caches, path.join(folder, 'node_modules')]) mkdirSync(made);
  cpSync(fixtures, folder, { recursive: true });
  link(cli, path.join(folder, 'node_modules/wf-sdk'));
  link(path.join(cli, 'node_modules/zod'), path.join(folder, 'node_modules/zod'));
  return {
    folder,
    // What Node reads at every start, extra certificates for instance, would make bare Node look slow.
    env: {
      ...process.env,
      XDG_CACHE_HOME: caches,
      TMPDIR: caches,
      NODE_OPTIONS: '',
      NODE_EXTRA_CA_CERTS: '',
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** @param {string} target @param {string} at */
function link(target, at) {
  symlinkSync(realpathSync(target), at, 'junction');
}
