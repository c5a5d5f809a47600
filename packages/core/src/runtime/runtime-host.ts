import type { Admission } from '../admit/admission.ts';
import type { AttemptHost } from '../execute/attempt.ts';
import type { ParentTask } from '../model/context.ts';
import type { OnFailure } from '../model/definition.ts';
import type { Pool } from '../model/placement.ts';
import type { Clock } from '../model/ports.ts';
import type { MetricsOf } from '../model/metrics.ts';
import type { Signal } from '../model/signal.ts';
import type { Tracing } from '../model/tracing.ts';
import type { Journal } from '../record/journal.ts';
import type { OutputCache } from './cache-gate.ts';
import type { CheckKept } from './loop.ts';
import type { WaitHost } from './waits.ts';

/** How a run is to go. */
export interface RuntimeSettings {
  readonly concurrency: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timeoutMs: number | undefined;
  readonly graceMs: number;
  readonly onFailure: OnFailure | undefined;
  /** The task of another run that runs this one, if one does. */
  readonly parent: ParentTask | undefined;
  /** When that task is ended because of the time, in milliseconds since the epoch. */
  readonly endsBy: number;
}

/** What a run's loop needs of whoever began it. */
export interface RuntimeHost extends Pick<AttemptHost, 'runChild' | 'dispatch' | 'secretsOf'>, WaitHost {
  /** The run's ID, made when it is first asked for. */
  readonly id: string;
  readonly journal: Journal;
  /** Made before the run begins, where its tasks have to be admitted. */
  readonly admission: Admission | undefined;
  /** Slots for isolated tasks. */
  readonly threads: Pool | undefined;
  /** Where outputs are kept for later runs; absent where they are not, or are not to be used. */
  readonly cache: OutputCache | undefined;
  /** Calls back when what was told so far is kept; absent where nothing is. */
  readonly stored: ((callback: () => void) => void) | undefined;
  /** Throws where an output cannot be kept; absent where nothing is. */
  readonly checkKept: CheckKept | undefined;
  /** How often tasks have begun anew after what they had done was undone. */
  readonly undoneBefore: ReadonlyMap<string, number> | undefined;
  /** Settles when the run has heard all that was said to it from other processes; absent where nothing can be. */
  readonly caughtUp: (() => Promise<void>) | undefined;
  /** Whether the run will hear a signal later, from its store, which keeps it; absent where the run is not kept. */
  readonly posts: ((signal: Omit<Signal, 'number'>) => boolean) | undefined;
  /** What must not be kept. */
  readonly secrets: { refuse(subject: string, name: string, value: unknown): void };
  /** The spans of the run; absent where nobody traces it. Known once the run is opened. */
  readonly tracing: Tracing | undefined;
  /** Metrics of the tasks' own; absent where nobody collects any. Known once the run is opened. */
  readonly metricsOf: MetricsOf | undefined;
  /** Called once, when no task is open. */
  ended(): void;
}
