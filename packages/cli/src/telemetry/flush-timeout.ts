import { parseDuration } from '@wf-sdk/core';
import { variable } from './wanted.ts';

const DEFAULT_MS = 3_000;

/**
 * How long the end of a run may be held up by telemetry that is still to be sent, in milliseconds.
 *
 * @default 3_000
 * @throws Error where `WF_OTEL_TIMEOUT` is not a duration
 */
export function flushTimeoutMs(env: NodeJS.ProcessEnv): number {
  const said = variable(env, 'WF_OTEL_TIMEOUT');
  if (said === undefined) return DEFAULT_MS;
  const ms = parseDuration(said);
  if (ms === undefined)
    throw new Error(`WF_OTEL_TIMEOUT: '${said}' is not a duration such as '500ms' or '10s'`);
  return ms;
}
