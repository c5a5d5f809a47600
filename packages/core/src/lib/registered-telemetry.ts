import type { Context } from '@opentelemetry/api';

/** What `@opentelemetry/api` 1.x keeps of what was registered, in any of its copies. */
interface Registered {
  readonly trace?: unknown;
  readonly metrics?: unknown;
  readonly context?: { active(): Context };
}

const KEY = Symbol.for('opentelemetry.js.api.1');

/**
 * Looked up where the API itself keeps it, so that a process without a provider never loads the API.
 *
 * Source: `global-utils.ts` of @opentelemetry/api, the same for all of 1.x.
 */
function registered(): Registered | undefined {
  return (globalThis as { readonly [KEY]?: Registered })[KEY];
}

/** Whether a provider of traces is there. */
export function isTraced(): boolean {
  return registered()?.trace !== undefined;
}

/** Whether a provider of metrics is there. */
export function isMetered(): boolean {
  return registered()?.metrics !== undefined;
}

/** The context of whoever calls; undefined where none is kept. */
export function activeContext(): Context | undefined {
  return registered()?.context?.active();
}
