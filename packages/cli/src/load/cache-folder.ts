import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { homedir, platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * The folder for compiled pipelines, never beside the user's project: the user's cache folder, else a private
 * one in the temporary folder, else `undefined` and the caller works without a cache.
 */
export function cacheFolder(version: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const user = process.getuid?.() ?? 0;
  const candidates = [userCache(env), join(tmpdir(), `wf-sdk-${user}`)];
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    const folder = join(candidate, `pipelines-${version}`);
    if (isOurs(candidate, folder)) return folder;
  }
  return undefined;
}

function userCache(env: NodeJS.ProcessEnv): string | undefined {
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'wf-sdk');
  if (platform() === 'win32') return env['LOCALAPPDATA'] && join(env['LOCALAPPDATA'], 'wf-sdk', 'cache');
  const home = env['HOME'] ?? homedir();
  if (home === '' || home === '/') return undefined;
  return platform() === 'darwin' ? join(home, 'Library', 'Caches', 'wf-sdk') : join(home, '.cache', 'wf-sdk');
}

/** What is read from here is executed, so a folder that another user owns or may write to is not used. */
function isOurs(parent: string, folder: string): boolean {
  try {
    make(folder, 2);
    accessSync(folder, constants.W_OK);
    return [parent, folder].every(isPrivate);
  } catch {
    return false;
  }
}

/** Not `recursive`, which never ends on some file systems that refuse folders (/proc), and would make a missing home. */
function make(folder: string, levels: number): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || levels === 0) throw error;
    make(dirname(folder), levels - 1);
    make(folder, 0);
  }
}

function isPrivate(folder: string): boolean {
  const stats = lstatSync(folder);
  const user = process.getuid?.();
  if (user === undefined) return stats.isDirectory();
  return stats.isDirectory() && stats.uid === user && (stats.mode & 0o022) === 0;
}
