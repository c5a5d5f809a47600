import picocolors from 'picocolors';
import type { Colors } from 'picocolors/types.js';

/** Colours where the stream is a terminal, unless NO_COLOR says no or FORCE_COLOR yes. Source: https://no-color.org */
export function coloursFor(
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv = process.env,
): Colors {
  return picocolors.createColors(wantsColour(stream, env));
}

function wantsColour({ isTTY = false }: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0';
  return isTTY && env['TERM'] !== 'dumb';
}
