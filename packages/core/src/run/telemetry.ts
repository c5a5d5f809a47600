import type { Context } from '@opentelemetry/api';
import { activeContext, isMetered, isTraced } from '../lib/registered-telemetry.ts';
import type { Plan } from '../model/plan.ts';
import type { Publisher } from '../record/publisher.ts';
import type { RunSettings } from './options.ts';
import { SHARED } from './shared.ts';
import { type Telemetry, watch } from '../telemetry/load.ts';

/** Where a run's spans belong, as of now: below those of the run above it, or of whoever calls. */
export function contextOfCaller({ within }: RunSettings): Context | undefined {
  return within ?? activeContext();
}

/** Whether OpenTelemetry is to hear a run: somebody has set it up. */
export function isWatched({ telemetry }: RunSettings): boolean {
  return telemetry !== 'off' && (isTraced() || isMetered());
}

/** Has OpenTelemetry hear a run before it begins. */
export function watchRun(
  run: { readonly id: string },
  plan: Plan,
  { telemetry: detail, traceparent, parent }: RunSettings,
  within: Context | undefined,
  publisher: Publisher,
  begin: (telemetry: Telemetry) => void,
): void {
  const id = (): string => run.id;
  const watched = { id, plan, detail, above: parent?.run, within, traceparent, shared: SHARED };
  watch(watched, (telemetry) => {
    for (const observer of telemetry.observers) publisher.listen(observer);
    begin(telemetry);
  });
}
