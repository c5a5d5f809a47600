import type { FailurePlan } from './failures.ts';
import type { EventMatch, TestSettings } from './test-options.ts';

/** A test run's options, whatever its workflow. */
export type LooseOptions = Omit<
  TestSettings<never>,
  'stubs' | 'failures' | 'decisions' | 'conditions' | 'cancelOn' | 'compensations'
> & {
  readonly input?: unknown;
  readonly stubAll?: boolean;
  readonly stubs?: Readonly<Record<string, unknown>>;
  readonly failures?: Readonly<Record<string, FailurePlan | undefined>>;
  readonly decisions?: Readonly<Record<string, unknown>>;
  readonly conditions?: Readonly<Record<string, boolean | (() => boolean) | undefined>>;
  readonly cancelOn?: EventMatch;
  readonly compensations?: Readonly<Record<string, unknown>>;
};
