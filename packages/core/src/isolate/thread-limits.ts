import { getHeapStatistics } from 'node:v8';
import type { ResourceLimits } from 'node:worker_threads';

/** How far V8's own limit lies above the one that is watched: room for what is allocated between two looks. */
const ROOM_MB = 1_024;
/** V8 gives a thread at its limit 16 MB more to end in; what survives in a larger young generation may need more. */
const YOUNG_MB = 4;

/** How much of its heap an attempt's thread may have in use. */
export function heapLimitOf(memoryBytes: number | undefined): number {
  return memoryBytes ?? getHeapStatistics().heap_size_limit;
}

/** V8's own limits for such a thread. Where nobody watches its heap, they alone stop it, or the whole process. */
export function resourceLimitsOf(memoryBytes: number | undefined, watched: boolean): ResourceLimits {
  const limitMb = Math.ceil(heapLimitOf(memoryBytes) / 2 ** 20);
  return watched
    ? { maxOldGenerationSizeMb: limitMb + ROOM_MB }
    : { maxOldGenerationSizeMb: limitMb, maxYoungGenerationSizeMb: YOUNG_MB };
}
