import { withinMs } from './within.ts';

/** Where every copy of OpenTelemetry's API looks for what is registered: of spans and metrics, and of logs. */
const API = Symbol.for('opentelemetry.js.api.1');
const LOGS_API = Symbol.for('io.opentelemetry.js.api.logs');

/** Whether something has registered a provider of spans or of metrics: the user's own set-up, or a tool of theirs. */
export function hasProvider(): boolean {
  const { trace, metrics } = registered();
  return trace !== undefined || metrics !== undefined;
}

/**
 * Has the providers that are registered send what they hold: they learn nothing of the end of a process that is ended
 * by `process.exit`.
 */
export async function flushPresent(atMostMs: number): Promise<readonly string[]> {
  const { trace, metrics } = registered();
  const providers = [trace, metrics, registeredLogs()];
  const flushed = Promise.allSettled(providers.map(async (provider) => call(behind(provider), 'forceFlush')));
  if (await withinMs(flushed, atMostMs)) return [];
  return [`OpenTelemetry: what is set up in this process has not sent everything within ${atMostMs} ms`];
}

/** The API hands out proxies; what they stand for can be flushed. */
function behind(provider: unknown): unknown {
  return call(provider, 'getDelegate') ?? provider;
}

function registered(): { readonly trace?: unknown; readonly metrics?: unknown } {
  const value: unknown = Reflect.get(globalThis, API);
  return typeof value === 'object' && value !== null ? value : {};
}

/** The API of logs registers a function that takes the version of the API that asks. */
function registeredLogs(): unknown {
  const value: unknown = Reflect.get(globalThis, LOGS_API);
  return typeof value === 'function' ? (Reflect.apply(value, undefined, [1]) as unknown) : undefined;
}

function call(target: unknown, name: string): unknown {
  if (typeof target !== 'object' || target === null) return undefined;
  const method: unknown = Reflect.get(target, name);
  return typeof method === 'function' ? (Reflect.apply(method, target, []) as unknown) : undefined;
}
