import type { Counter, Histogram, Meter } from '@opentelemetry/api';
import type { MetricOptions, TaskMetrics } from '../model/metrics.ts';
import type { Instruments } from './instruments.ts';

/** Made once for each name: what a provider makes again under one name, it warns of where it differs. */
interface Own {
  readonly counters: Map<string, Counter>;
  readonly histograms: Map<string, Histogram>;
}

const ownOf = new WeakMap<Meter, Own>();

/** The user's own metrics, as the handler of one task tells them. */
export class OwnMetrics implements TaskMetrics {
  readonly #meter: Meter;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #own: Own;

  constructor(to: Instruments, workflow: string, task: string) {
    this.#meter = to.meter;
    this.#labels = {
      'workflow.name': to.workflow(workflow),
      'workflow.task.name': to.task(workflow, task),
    };
    let own = ownOf.get(to.meter);
    if (own === undefined) {
      own = { counters: new Map(), histograms: new Map() };
      ownOf.set(to.meter, own);
    }
    this.#own = own;
  }

  add(name: string, by = 1, options: MetricOptions = {}): void {
    const { counters } = this.#own;
    let counter = counters.get(name);
    if (counter === undefined) {
      counter = this.#meter.createCounter(name, about(options));
      counters.set(name, counter);
    }
    counter.add(by, { ...options.attributes, ...this.#labels });
  }

  record(name: string, value: number, options: MetricOptions = {}): void {
    const { histograms } = this.#own;
    let histogram = histograms.get(name);
    if (histogram === undefined) {
      histogram = this.#meter.createHistogram(name, about(options));
      histograms.set(name, histogram);
    }
    histogram.record(value, { ...options.attributes, ...this.#labels });
  }
}

function about({ unit, description }: MetricOptions): { unit?: string; description?: string } {
  return { ...(unit !== undefined && { unit }), ...(description !== undefined && { description }) };
}
