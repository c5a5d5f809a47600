import type { Context } from '@opentelemetry/api';
import { createResources } from '../admit/capacity.ts';
import type { Resources } from '../admit/resources.ts';
import { environment, systemClock } from '../execute/system.ts';
import { parseBytes } from '../lib/bytes.ts';
import { parseDuration } from '../lib/duration.ts';
import type { OnFailure } from '../model/definition.ts';
import { OptionError } from '../model/error.ts';
import type { Duration } from '../model/policy.ts';
import type { Bytes, ResourceDemand } from '../model/placement.ts';
import type { Clock, Dispatcher, Observer } from '../model/ports.ts';
import type { SecretsProvider } from '../model/secret.ts';
import type { RunSource, Store } from '../model/store.ts';
import type { TelemetryDetail } from '../model/tracing.ts';
import type { RunSecrets } from '../secrets/run-secrets.ts';
import { fromTraceparent } from '../lib/traceparent.ts';
import type { RuntimeSettings } from '../runtime/runtime-host.ts';

/** How a run is run. */
export interface RunOptions {
  /** The run's ID: any text without a slash. @default one that sorts by time */
  readonly id?: string;
  /** How many tasks may run at once, from 1; 1 is one after the other. @default Infinity */
  readonly concurrency?: number;
  /**
   * The most the whole run may take. Then what has not ended is cancelled and the run fails. It is kept with the run.
   *
   * @default no limit; of a run that goes on, the one it was begun with
   */
  readonly timeout?: Duration;
  /** How long running tasks have to stop when the run is cancelled, before they are no longer waited for. @default '10s' */
  readonly gracePeriod?: Duration;
  /** Cancels the run when it is aborted, with its reason. */
  readonly signal?: AbortSignal;
  /** Are told every event, in order. */
  readonly observers?: readonly Observer[];
  /**
   * `sequential`: one task at a time, in the order of their dependencies. `hybrid`: tasks share this thread, isolated
   * ones have threads of their own. `parallel`: as `hybrid`, but isolated tasks run on this thread too, for debugging.
   * @default 'hybrid'
   */
  readonly mode?: RunMode;
  /** What a failed task does to the others; instead of what the workflow says. */
  readonly onFailure?: OnFailure;
  /** What `.resources()` is measured against, for this run alone. @default the machine's, shared by all runs */
  readonly resources?: ResourceDemand;
  /** The URL of the module that exports the workflow, for isolated tasks, where the workflow does not say. */
  readonly module?: string;
  /** Makes the attempts of isolated tasks. @default worker threads of this process */
  readonly dispatcher?: Dispatcher;
  /** How deep workflows may run each other by `.runWorkflow()`. @default 16 */
  readonly maxDepth?: number;
  /**
   * Keeps the run: what it has done survives the process, and a run of the same ID goes on where it was left. Its outputs have
   * to be values that can be stored. @default nothing is kept
   */
  readonly store?: Store;
  /**
   * What becomes of a run of this ID that the store has already. `resume`: it goes on, or gives its result again. `fail`: this one
   * fails with a `RunExistsError`. `replace`: it is forgotten, unless a process drives it, and this one begins.
   *
   * @default 'resume'
   */
  readonly ifExists?: IfExists;
  /**
   * What becomes of the run where as many runs of its workflow are active as may be (`maxActiveRuns`). `wait`: it waits for its
   * turn, `pending`. `fail`: it fails with a `TooManyRunsError`, and nothing of it is kept.
   *
   * @default 'wait'
   */
  readonly ifFull?: IfFull;
  /** How large an output may be, as text, in a run that is kept. Above 512 KB it is warned of. @default '64MB' */
  readonly outputLimit?: Bytes;
  /**
   * Goes on with a run that is kept although its workflow has changed, where only such tasks were added, changed or removed as
   * have not begun. @default false
   */
  readonly allowChanged?: boolean;
  /** `false`: outputs of earlier runs are not used, and none are kept, whatever tasks say by `.cache()`. @default true */
  readonly cache?: boolean;
  /** Where another process can load the workflow from, should it have to go on with the run. */
  readonly source?: RunSource;
  /**
   * Where the secrets come from that tasks need by `.secrets()`. It is asked before the run starts, and again by each process
   * that goes on with it. @default the environment of this process
   */
  readonly secrets?: SecretsProvider;
  /**
   * How much OpenTelemetry hears of the run, where a provider is registered: `run`, `tasks`, `attempts`, `items`, each with all that is
   * before it; or `off`. Metrics are the same for all of them.
   * @default 'items'
   */
  readonly telemetry?: TelemetryDetail;
  /** A W3C traceparent: the span of another process that begins this run. @default the active span, if there is one */
  readonly traceparent?: string;
  /** Where time comes from. @default the machine's clock */
  readonly clock?: Clock;
  /** Where chance (jitter) comes from: evenly between 0 and 1. @default Math.random */
  readonly random?: () => number;
}

export type RunMode = 'sequential' | 'parallel' | 'hybrid';

export type IfExists = 'resume' | 'fail' | 'replace';

export type IfFull = 'wait' | 'fail';

const DETAILS: readonly unknown[] = ['off', 'run', 'tasks', 'attempts', 'items'];
const IF_FULL: readonly unknown[] = ['wait', 'fail'];
const IF_EXISTS: readonly unknown[] = ['resume', 'fail', 'replace'];
const MODES: readonly unknown[] = ['sequential', 'parallel', 'hybrid'];
const ON_FAILURE: readonly unknown[] = ['continue', 'fail-fast'];

/** Options that were checked, with every default filled in and durations in milliseconds. */
export interface RunSettings extends RuntimeSettings {
  readonly id: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly observers: readonly Observer[];
  readonly mode: RunMode;
  readonly resources: Resources | undefined;
  readonly module: string | undefined;
  readonly dispatcher: Dispatcher | undefined;
  readonly maxDepth: number;
  readonly store: Store | undefined;
  readonly cache: boolean;
  readonly source: RunSource | undefined;
  readonly outputLimit: number;
  readonly secrets: SecretsProvider;
  readonly telemetry: TelemetryDetail;
  readonly traceparent: string | undefined;
  /** Where the spans of a run below another belong. */
  readonly within: Context | undefined;
  /** The secrets of the run whose task runs this one, if one does. */
  readonly above: RunSecrets | undefined;
  /** Only a run that the store has already. */
  readonly resumes: boolean;
  readonly ifExists: IfExists;
  readonly ifFull: IfFull;
  /** The run above all others, where a task of another run runs this one. */
  readonly root: string | undefined;
  /**
   * Is told, for the run above, when all of this one waits, and until which instant, in milliseconds since the epoch, or `Infinity`;
   * and, without an instant, when it goes on.
   */
  readonly onWait: ((until: number | undefined) => void) | undefined;
  /** A run above this one has its turn, and waits for this one. */
  readonly hasTurnAbove: boolean;
  /** A run that has ended is retried, from this task on if one is named. */
  readonly retries: { readonly from: string | undefined } | undefined;
  readonly allowChanged: boolean;
  /** How many runs are above this one. */
  readonly depth: number;
}

/** @throws OptionError for an option that is not usable. */
export function toSettings(options: RunOptions): RunSettings {
  checkKeeping(options);
  return {
    id: checkId(options.id),
    concurrency: concurrencyOf(options),
    timeoutMs: options.timeout === undefined ? undefined : checkDuration('timeout', options.timeout),
    graceMs: checkDuration('gracePeriod', options.gracePeriod ?? 10_000),
    signal: options.signal,
    observers: options.observers ?? [],
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    mode: checkOneOf('mode', MODES, options.mode ?? 'hybrid') as RunMode,
    onFailure: checkOneOf('onFailure', ON_FAILURE, options.onFailure) as OnFailure | undefined,
    resources: options.resources === undefined ? undefined : createResources(options.resources),
    module: options.module,
    dispatcher: options.dispatcher,
    maxDepth: checkDepth(options.maxDepth ?? 16),
    store: options.store,
    cache: checkCache(options.cache ?? true),
    source: options.source,
    outputLimit: checkBytes('outputLimit', options.outputLimit ?? '64MB'),
    secrets: checkProvider(options.secrets ?? environment),
    telemetry: checkOneOf('telemetry', DETAILS, options.telemetry ?? 'items') as TelemetryDetail,
    traceparent: checkTraceparent(options.traceparent),
    within: undefined,
    above: undefined,
    resumes: false,
    ifExists: checkOneOf('ifExists', IF_EXISTS, options.ifExists ?? 'resume') as IfExists,
    ifFull: checkOneOf('ifFull', IF_FULL, options.ifFull ?? 'wait') as IfFull,
    root: undefined,
    onWait: undefined,
    hasTurnAbove: false,
    retries: undefined,
    allowChanged: options.allowChanged ?? false,
    parent: undefined,
    depth: 0,
    endsBy: Infinity,
  };
}

/** The settings of a run without options. */
export const DEFAULT_SETTINGS: RunSettings = Object.freeze(toSettings({}));

/** What is about a run that is kept says nothing about one that is not. */
function checkKeeping({ store, ifExists, allowChanged }: RunOptions): void {
  if (store !== undefined) return;
  const wanted = 'left out where no store is given';
  if (ifExists !== undefined) throw new OptionError('ifExists', wanted, ifExists);
  if (allowChanged === true) throw new OptionError('allowChanged', wanted, allowChanged);
}

/** An ID is a part of idempotency keys, between slashes. */
function checkId(id: unknown): string | undefined {
  if (id === undefined || (typeof id === 'string' && /^[^\s/]+$/.test(id))) return id;
  throw new OptionError('id', 'some text without slashes and white space', id);
}

function concurrencyOf({ mode, concurrency }: RunOptions): number {
  if (mode !== 'sequential') return checkConcurrency(concurrency ?? Number.POSITIVE_INFINITY);
  if (concurrency === undefined || concurrency === 1) return 1;
  throw new OptionError('concurrency', `1, or left out, where mode is 'sequential'`, concurrency);
}

function checkOneOf(option: string, values: readonly unknown[], given: unknown): unknown {
  if (given === undefined || values.includes(given)) return given;
  throw new OptionError(option, `one of ${values.map((value) => `'${String(value)}'`).join(', ')}`, given);
}

function checkProvider(provider: unknown): SecretsProvider {
  if (typeof provider === 'function') return provider as SecretsProvider;
  throw new OptionError(
    'secrets',
    'a function that gives the values of the secrets it is asked for',
    provider,
    // It may be a secret itself.
    typeof provider,
  );
}

function checkTraceparent(traceparent: unknown): string | undefined {
  if (traceparent === undefined) return undefined;
  if (typeof traceparent === 'string' && fromTraceparent(traceparent) !== undefined) return traceparent;
  throw new OptionError(
    'traceparent',
    "a W3C traceparent, such as '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'",
    traceparent,
  );
}

function checkCache(cache: unknown): boolean {
  if (typeof cache === 'boolean') return cache;
  throw new OptionError('cache', 'true or false', cache);
}

function checkDepth(depth: unknown): number {
  if (Number.isInteger(depth) && (depth as number) >= 0) return depth as number;
  throw new OptionError('maxDepth', 'a whole number from 0', depth);
}

function checkBytes(option: string, given: unknown): number {
  const bytes = parseBytes(given);
  if (bytes !== undefined) return bytes;
  throw new OptionError(option, `a number of bytes: a number, or '512KB', '64MB', '1GB'`, given);
}

function checkConcurrency(concurrency: unknown): number {
  if (concurrency === Number.POSITIVE_INFINITY) return concurrency;
  if (Number.isInteger(concurrency) && (concurrency as number) >= 1) return concurrency as number;
  throw new OptionError('concurrency', 'a whole number from 1, or Infinity', concurrency);
}

/** @throws OptionError */
export function checkDuration(option: string, duration: unknown): number {
  const ms = parseDuration(duration);
  if (ms !== undefined) return ms;
  throw new OptionError(option, `a duration: milliseconds, or '250ms', '5s', '1.5m', '2h', '1d'`, duration);
}
