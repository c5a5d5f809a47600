import {
  type BatchObservableCallback,
  type Counter,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
  type ObservableGauge,
  type UpDownCounter,
} from '@opentelemetry/api';
import { errorType } from './error-type.ts';
import { KnownNames } from './known-names.ts';
import { BUCKETS, type Labels, LIMITS, METRICS, type MetricName, type MetricOf } from './metrics.ts';

/** What a process shares, as it is now. */
export interface Shared {
  pools(): readonly PoolNow[];
  breakers(): readonly BreakerNow[];
}

interface PoolNow {
  readonly name: string;
  readonly slots: number | undefined;
  readonly used: number;
  readonly waiting: number;
}

interface BreakerNow {
  readonly name: string;
  readonly state: 'closed' | 'half_open' | 'open';
}

const STATES = { closed: 0, half_open: 1, open: 2 } as const;

/** All metrics of one provider. The names that they tell apart are bounded. */
export class Instruments {
  readonly meter: Meter;
  readonly #histograms: ReadonlyMap<string, Histogram>;
  readonly #counters: ReadonlyMap<string, Counter>;
  readonly #upDown: ReadonlyMap<string, UpDownCounter>;
  readonly #workflows = namesOf('workflow.name');
  readonly #tasks = namesOf('workflow.task.name');
  readonly #errors = namesOf('error.type');
  readonly #pools = namesOf('workflow.pool.name');
  readonly #breakers = namesOf('workflow.breaker.name');

  constructor(meter: Meter, shared: Shared) {
    this.meter = meter;
    const advice = { explicitBucketBoundaries: [...BUCKETS] };
    this.#histograms = made('histogram', (name, given) => meter.createHistogram(name, { ...given, advice }));
    this.#counters = made('counter', (name, given) => meter.createCounter(name, given));
    this.#upDown = made('up-down counter', (name, given) => meter.createUpDownCounter(name, given));
    const gauges = made('observable gauge', (name, given) => meter.createObservableGauge(name, given));
    const observe: BatchObservableCallback = (result) => {
      const tell = <Name extends MetricOf<'observable gauge'>>(
        name: Name,
        value: number,
        labels: Labels<Name>,
      ): void => {
        const gauge = gauges.get(name);
        if (gauge !== undefined) result.observe(gauge, value, labels);
      };
      for (const [name, { slots, used, waiting }] of byName(shared.pools(), this.#pools, addPools)) {
        const labels = { 'workflow.pool.name': name };
        tell('workflow.pool.used', used, labels);
        tell('workflow.pool.waiting', waiting, labels);
        if (slots !== undefined) tell('workflow.pool.limit', slots, labels);
      }
      for (const [name, { state }] of byName(shared.breakers(), this.#breakers, worse))
        tell('workflow.breaker.state', STATES[state], { 'workflow.breaker.name': name });
    };
    meter.addBatchObservableCallback(observe, [...gauges.values()] satisfies ObservableGauge[]);
  }

  /** @param seconds How long it took. */
  record<Name extends MetricOf<'histogram'>>(name: Name, seconds: number, labels: Labels<Name>): void {
    this.#histograms.get(name)?.record(seconds, labels);
  }

  count<Name extends MetricOf<'counter'>>(name: Name, labels: Labels<Name>): void {
    this.#counters.get(name)?.add(1, labels);
  }

  change<Name extends MetricOf<'up-down counter'>>(name: Name, by: number, labels: Labels<Name>): void {
    if (by !== 0) this.#upDown.get(name)?.add(by, labels);
  }

  workflow(id: string): string {
    return this.#workflows.of(id);
  }

  task(workflow: string, id: string): string {
    return this.#tasks.of(id, workflow);
  }

  errorType(error: unknown): string {
    return this.#errors.of(errorType(error));
  }
}

const byProvider = new WeakMap<MeterProvider, Instruments>();

/** The instruments of the provider that is registered. */
export function instruments(shared: Shared): Instruments {
  const provider = metrics.getMeterProvider();
  let known = byProvider.get(provider);
  if (known === undefined) {
    known = new Instruments(provider.getMeter('wf-sdk'), shared);
    byProvider.set(provider, known);
  }
  return known;
}

function made<Made>(
  instrument: (typeof METRICS)[MetricName][0],
  make: (name: string, given: { readonly unit: string; readonly description: string }) => Made,
): ReadonlyMap<string, Made> {
  const instruments = new Map<string, Made>();
  for (const [name, [kind, unit, , description]] of Object.entries(METRICS))
    if (kind === instrument) instruments.set(name, make(name, { unit, description }));
  return instruments;
}

function namesOf(attribute: keyof typeof LIMITS): KnownNames {
  return new KnownNames(LIMITS[attribute] ?? Number.POSITIVE_INFINITY);
}

/** Runs by another clock have pools and breakers of their own: those of one name are told as one. */
function byName<Thing extends { readonly name: string }>(
  things: readonly Thing[],
  names: KnownNames,
  both: (one: Thing, other: Thing) => Thing,
): ReadonlyMap<string, Thing> {
  const found = new Map<string, Thing>();
  for (const thing of things) {
    const name = names.of(thing.name);
    const other = found.get(name);
    found.set(name, other === undefined ? thing : both(other, thing));
  }
  return found;
}

function addPools(one: PoolNow, other: PoolNow): PoolNow {
  const slots = one.slots === undefined || other.slots === undefined ? undefined : one.slots + other.slots;
  return { name: one.name, slots, used: one.used + other.used, waiting: one.waiting + other.waiting };
}

function worse(one: BreakerNow, other: BreakerNow): BreakerNow {
  return STATES[one.state] >= STATES[other.state] ? one : other;
}
