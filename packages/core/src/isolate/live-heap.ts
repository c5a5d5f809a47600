import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const NAME = 'wf-sdk.live-heap';

/** Gives, evaluated on a thread of ours, how many bytes its heap holds that are in use. */
export const LIVE_HEAP = `globalThis[Symbol.for('${NAME}')]()`;

/** Lets {@link LIVE_HEAP} be evaluated on this thread. */
export function exposeLiveHeap(): void {
  const collect = garbageCollector();
  const value = (): number => {
    collect();
    return getHeapStatistics().used_heap_size;
  };
  Object.defineProperty(globalThis, Symbol.for(NAME), { value });
}

/** V8 gives the function to contexts made while the flag is set. */
function garbageCollector(): () => void {
  if (globalThis.gc !== undefined) return () => globalThis.gc?.();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
