/** What a process can tell about itself. */
export type Signal = 'traces' | 'metrics' | 'logs';

/** Where it goes: to a collector over OTLP, or to the terminal for a look. */
export type Destination = 'otlp' | 'console';

/** Where each signal goes; nowhere, where its list is empty. */
export type Wanted = Readonly<Record<Signal, readonly Destination[]>>;

const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];

/** `--otel console` is for a look at a run: what its tasks log stands on the terminal already. */
const LOOK: Wanted = { traces: ['console'], metrics: ['console'], logs: [] };

/**
 * What is asked for by `--otel` and by OpenTelemetry's own variables; `undefined` where nobody asked.
 *
 * A variable of one signal, its exporter or its endpoint, asks for that signal; `--otel` and the endpoint of all ask for
 * every one. `OTEL_SDK_DISABLED=true` wins over everything.
 *
 * @throws Error for an exporter that is not known
 */
export function wantedTelemetry(flag: Destination | undefined, env: NodeJS.ProcessEnv): Wanted | undefined {
  if (isDisabled(env)) return undefined;
  if (flag === 'console') return LOOK;
  const all = flag === 'otlp' || variable(env, 'OTEL_EXPORTER_OTLP_ENDPOINT') !== undefined;
  const [traces, metrics, logs] = SIGNALS.map((signal) => destinationsOf(signal, all, env));
  const wanted = { traces: traces ?? [], metrics: metrics ?? [], logs: logs ?? [] };
  return SIGNALS.some((signal) => wanted[signal].length > 0) ? wanted : undefined;
}

/** Whether OpenTelemetry is switched off for all programs of this environment. */
export function isDisabled(env: NodeJS.ProcessEnv): boolean {
  return variable(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
}

/** A variable's value; one that is empty is not set. Source: OpenTelemetry's specification of its variables. */
export function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function destinationsOf(signal: Signal, all: boolean, env: NodeJS.ProcessEnv): readonly Destination[] {
  const name = `OTEL_${signal.toUpperCase()}_EXPORTER`;
  const said = variable(env, name);
  if (said === undefined) {
    const own = variable(env, `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`);
    return all || own !== undefined ? ['otlp'] : [];
  }
  const words = new Set(said.split(',').map((word) => word.trim()));
  words.delete('');
  if (words.has('none')) return [];
  return [...words].map((word) => {
    if (word === 'otlp' || word === 'console') return word;
    throw new Error(`${name}: there is no exporter '${word}' here, only otlp, console and none`);
  });
}
