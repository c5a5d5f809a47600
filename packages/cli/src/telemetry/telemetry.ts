import type { Observer } from '@wf-sdk/core';
import { flushPresent, hasProvider } from './present-provider.ts';
import { flushTimeoutMs } from './flush-timeout.ts';
import { type Destination, isDisabled, wantedTelemetry } from './wanted.ts';

/** The telemetry of this process, from the first run on that it drives. */
export interface Telemetry {
  /**
   * Sends what there is and waits for that, no longer than `WF_OTEL_TIMEOUT` says. Gives what the user should know, line by line, and never
   * rejects: a run does not fail because nobody took its spans.
   *
   * @param atMostMs A shorter time, in milliseconds.
   */
  flush(atMostMs?: number): Promise<readonly string[]>;
  /** What has to hear the events of a run beside: it sends what tasks log. */
  readonly observers: readonly Observer[];
}

/** What is said of telemetry on the command line, as commander gives it. */
interface TelemetryFlags {
  readonly otel?: Destination;
  readonly quiet?: true;
}

/** Runs of one process share what is set up: `resume --due` drives several. */
let ours: Telemetry | undefined;

/**
 * Sets up OpenTelemetry where it is asked for and the process does not have it yet; otherwise it is not even imported.
 * This has to be before a pipeline is loaded: a tracer or a meter that its module gets before may be one that never tells
 * anything.
 *
 * @param say Tells the user why nothing is set up, where it was asked for.
 */
export async function startTelemetry(
  { otel: flag, quiet }: TelemetryFlags,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<void> {
  if (ours !== undefined) return;
  try {
    const wanted = wantedTelemetry(flag, env);
    if (flag !== undefined && isDisabled(env)) say('--otel does nothing: OTEL_SDK_DISABLED is true');
    if (wanted === undefined) return;
    if (hasProvider()) {
      if (quiet !== true)
        say('OpenTelemetry is set up in this process already: that is used, and nothing else is set up');
      return;
    }
    const { startSdk } = await import('./sdk.ts');
    ours = startSdk(wanted, flushTimeoutMs(env), env);
  } catch (error) {
    // What is wrong with the surroundings never fails a run.
    say(`OpenTelemetry is not set up: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What a run of this process tells its trace to: what was set up here, or by the user's own code. */
export function telemetryHere(env: NodeJS.ProcessEnv): Telemetry | undefined {
  if (ours !== undefined || !hasProvider()) return ours;
  return {
    observers: [],
    async flush(atMostMs = Number.POSITIVE_INFINITY) {
      try {
        return await flushPresent(Math.min(atMostMs, flushTimeoutMs(env)));
      } catch (error) {
        return [`OpenTelemetry: ${error instanceof Error ? error.message : String(error)}`];
      }
    },
  };
}
