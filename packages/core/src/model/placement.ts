import type { Duration } from './policy.ts';

/** A number of bytes: a number, or one with a unit: `'512MB'`, `'2GB'`, `'1.5GiB'`. */
export type Bytes = number | `${number}${'B' | 'KB' | 'MB' | 'GB' | 'TB' | 'KiB' | 'MiB' | 'GiB' | 'TiB'}`;

/** At most `limit` starts within any `interval`. */
export interface RateLimit {
  readonly limit: number;
  readonly interval: Duration;
}

/** How much may go on in a pool at once. */
export interface PoolOptions {
  /** How many slots there are, from 1. @default no limit */
  readonly slots?: number;
  /** How many slots each key may hold at once. @default no limit */
  readonly perKey?: number;
  /** How often work may start. @default no limit */
  readonly rate?: RateLimit;
}

/** Named slots, shared by every task and run of the process that names them. Made with `pool()`. */
export interface Pool extends PoolOptions {
  readonly name: string;
}

/** What a task takes from a pool for each of its attempts. */
export interface PoolDemand {
  readonly pool: Pool;
  /** How many slots. @default 1 */
  readonly slots?: number | undefined;
  /** For whom, where the pool limits or is fair by key: a function of the task's data. */
  readonly key?: ((data: never) => string) | undefined;
}

/** What a task needs of the machine while it runs. */
export interface ResourceDemand {
  /** Cores. */
  readonly cpu?: number;
  readonly memory?: Bytes;
  readonly gpu?: number;
  readonly disk?: Bytes;
}

/** How an isolated task's thread is made. */
export interface IsolateOptions {
  /** The most its JavaScript heap may grow to. @default Node's own limit */
  readonly memory?: Bytes;
  /** Its environment variables. @default those of the process */
  readonly env?: Readonly<Record<string, string>>;
}

/** A {@link PoolDemand} with its default filled in. */
export interface PlannedDemand {
  readonly pool: Pool;
  readonly slots: number;
  readonly key: ((data: never) => string) | undefined;
}

/** A {@link ResourceDemand} as numbers: 0 where it says nothing. */
export interface ResourceAmounts {
  readonly cpu: number;
  readonly memoryBytes: number;
  readonly gpu: number;
  readonly diskBytes: number;
}

/** {@link IsolateOptions} with the memory as a number of bytes. */
export interface IsolatePolicy {
  readonly memoryBytes: number | undefined;
  readonly env: Readonly<Record<string, string>> | undefined;
}

/** Where and beside what a task may run, checked. */
export interface Placement {
  /** By name, each pool once. */
  readonly pools: readonly PlannedDemand[];
  readonly resources: ResourceAmounts | undefined;
  readonly isolate: IsolatePolicy | undefined;
}
