import type { Context, Span } from '@opentelemetry/api';
import type { TaskEvent } from './event.ts';
import type { Observer } from './ports.ts';

/**
 * How much of a run has spans of its own, each with all that stands before it: the run alone, its tasks, their attempts where
 * there may be more than one, the items of fanned-out tasks. `off`: nothing, and no metrics.
 */
export type TelemetryDetail = 'off' | 'run' | 'tasks' | 'attempts' | 'items';

/** What names the spans that processes before this one made: those of the run by W3C traceparents. */
export interface TraceBefore {
  /** Of the process that began it. */
  readonly first: string | undefined;
  /** Of the process that had it last. */
  readonly last: string | undefined;
  /** The span IDs of tasks that have ended, by task: of the same trace. */
  readonly tasks: ReadonlyMap<string, string>;
}

/** An attempt, or an attempt to undo one. */
export interface Traced {
  readonly planned: { readonly id: string };
  readonly item: { readonly index: number } | undefined;
  /** It undoes what its task, or its item, has done. */
  readonly undoes: boolean;
}

/** The spans of one run. Where nobody registered a tracer provider there is none. */
export interface Tracing {
  /** Has to be told each event before anything that follows from it begins. */
  readonly observe: Observer;
  /** What names the run's trace, once it has begun: 32 hexadecimal digits. */
  readonly traceId: string | undefined;
  /**
   * Opens the run's span.
   *
   * @param before Where another process had the run.
   * @returns The W3C traceparent of the span, which later processes go on from.
   */
  begin(at: number, before?: TraceBefore): string | undefined;
  /**
   * What names the span of a task that ends now, which is about to be told: 16 hexadecimal digits; absent where tasks have none. The
   * span of one of which nothing was told before begins here.
   */
  endingSpanId(end: Pick<TaskEvent, 'type' | 'task' | 'at'>): string | undefined;
  /** Calls what an attempt is about inside its span. */
  within<T>(traced: Traced, call: () => T): T;
  contextOf(traced: Traced): Context;
  spanOf(traced: Traced): Span;
  /** What carries the span of an attempt to where it is made: as headers of HTTP would. */
  carrierOf(traced: Traced): Readonly<Record<string, string>>;
  /** This process leaves the run: what is open ends here. */
  leave(at: number): void;
}
