import { type Conformance, defineConformance } from './conformance.ts';
import type { StoreSubject } from './store-subject.ts';
import { appendRules } from './store/append.ts';
import { cacheRules } from './store/cache.ts';
import { closeRules } from './store/close.ts';
import { createRules } from './store/create.ts';
import { leaseRules } from './store/lease.ts';
import { listRules } from './store/list.ts';
import { messageRules } from './store/message.ts';
import { readRules } from './store/read.ts';
import { removeRules } from './store/remove.ts';
import { startRules } from './store/start.ts';

/**
 * What every store does. What happens to it when its process is killed, or its disk is full, is not among this: that depends
 * on where it keeps things.
 */
export const storeConformance: Conformance<StoreSubject> = defineConformance('Store', [
  ...createRules,
  ...startRules,
  ...appendRules,
  ...readRules,
  ...listRules,
  ...leaseRules,
  ...messageRules,
  ...cacheRules,
  ...removeRules,
  ...closeRules,
]);
