/** What a metric of one's own is. */
export interface MetricOptions {
  /** In UCUM: `s`, `By`, `{row}`. It is part of the metric: all who use its name give the same. @default none */
  readonly unit?: string;
  /** What it says. @default none */
  readonly description?: string;
  /** What its values are told apart by, beside workflow and task. Each combination is kept in memory: name few. @default none */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Metrics of one's own, made as they are first used by the provider that is registered with OpenTelemetry, with `workflow.name` and
 * `workflow.task.name` filled in. Where there is no provider, or the run's `telemetry` is `off`, nothing is done.
 */
export interface TaskMetrics {
  /**
   * Adds to a counter.
   *
   * @param by Not less than 0. @default 1
   */
  add(name: string, by?: number, options?: MetricOptions): void;
  /** Records a value in a histogram. */
  record(name: string, value: number, options?: MetricOptions): void;
}

/** One use of a metric of one's own, as data. */
export interface Measured {
  readonly use: keyof TaskMetrics;
  readonly name: string;
  readonly value: number;
  readonly options: MetricOptions | undefined;
}

/** The metrics of one run's tasks. */
export type MetricsOf = (task: string) => TaskMetrics;
