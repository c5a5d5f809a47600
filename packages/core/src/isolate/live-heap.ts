import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const NAME = 'wf-sdk.live-heap';
const MOST_TRIES = 100;

/** Gives, evaluated on a thread of ours, how many bytes of its heap are in use once garbage was collected. */
export const LIVE_HEAP: string = `globalThis[Symbol.for('${NAME}')]()`;

/** Lets {@link LIVE_HEAP} be evaluated on this thread. */
export function exposeLiveHeap(): void {
  const collect = garbageCollector();
  if (collect === undefined) return;
  const value = (): number => {
    collect();
    return getHeapStatistics().used_heap_size;
  };
  Object.defineProperty(globalThis, Symbol.for(NAME), { value });
}

/**
 * V8 gives the function to contexts that are made while a flag is set. The flag is the whole process's: a thread that
 * starts at the same time may just have unset it, but does so only once.
 */
function garbageCollector(): (() => void) | undefined {
  if (globalThis.gc !== undefined) return () => globalThis.gc?.();
  let collect: (() => void) | undefined;
  for (let tries = 0; collect === undefined && tries < MOST_TRIES; tries++) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('globalThis.gc') as (() => void) | undefined;
  }
  setFlagsFromString('--no-expose-gc');
  return collect;
}
