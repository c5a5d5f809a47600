import type { Store } from '@wf-sdk/core';
import type { ConformanceSubject } from './conformance.ts';

/** A store with nothing in it. */
export interface StoreSubject extends ConformanceSubject {
  readonly store: Store;
}
