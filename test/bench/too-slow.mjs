import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const TOO_SLOW_S = 5;

const probe = fileURLToPath(new URL('probe.mjs', import.meta.url));

/**
 * Whether one run of a shape takes longer than anybody would wait: tried in a process that can be ended.
 *
 * @param {string} comparator
 * @param {string} shape
 */
export function isTooSlow(comparator, shape) {
  const { status } = spawnSync(process.execPath, [probe, comparator, shape], {
    timeout: TOO_SLOW_S * 1000,
    stdio: 'ignore',
  });
  return status !== 0;
}
