import type { BreakerOptions, BreakerPolicy, BreakerSetting } from './policy.ts';

const OPTIONS = {
  failureRate: 'failureRate',
  minimumCalls: 'minimumCalls',
  windowMs: 'window',
  resetAfterMs: 'resetAfter',
  countIf: 'countIf',
} as const satisfies Readonly<Record<BreakerSetting, keyof BreakerOptions>>;

/** The option by which users give a setting. */
export function optionOf(setting: BreakerSetting): keyof BreakerOptions {
  return OPTIONS[setting];
}

/**
 * Whether two policies agree on a setting. Functions do where their source is the same: a workflow that is built anew
 * for each run has a new function each time, and means the same by it.
 */
export function isSameSetting(setting: BreakerSetting, one: BreakerPolicy, other: BreakerPolicy): boolean {
  const [mine, theirs] = [one[setting], other[setting]];
  return mine === theirs || (typeof mine === 'function' && String(mine) === String(theirs));
}

/** A policy's setting as a message names it. */
export function showSetting(setting: BreakerSetting, policy: BreakerPolicy): string {
  switch (setting) {
    case 'failureRate':
    case 'minimumCalls':
      return String(policy[setting]);
    case 'windowMs':
    case 'resetAfterMs':
      return `${policy[setting]} ms`;
    case 'countIf':
      return shorten(String(policy.countIf).replaceAll(/\s+/g, ' '));
  }
}

function shorten(source: string): string {
  return source.length > 60 ? `${source.slice(0, 59)}…` : source;
}
