import { VirtualClock } from '@wf-sdk/testing';
import {
  createMemoryStore,
  run,
  type RunOptions,
  type RunResult,
  type Store,
  type Workflow,
} from '../src/index.ts';
import { flowOf, type PlainTask } from './kit.ts';

/** Runs workflows one after the other, with one store. */
export function desk(store: Store = createMemoryStore()): {
  store: Store;
  clock: VirtualClock;
  go: (flow: Workflow, input?: unknown, options?: RunOptions) => Promise<RunResult>;
} {
  const clock = new VirtualClock();
  const go = (flow: Workflow, input?: unknown, options: RunOptions = {}): Promise<RunResult> =>
    clock.passUntil(run(flow, input, { store, clock, ...options }));
  return { store, clock, go };
}

/** A store whose methods can be replaced. */
export function storeWith(changes: Partial<Store>, store: Store = createMemoryStore()): Store {
  return new Proxy(store, {
    get(target, key): unknown {
      const changed = Reflect.get(changes, key) as unknown;
      if (changed !== undefined) return changed;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

let calls = 0;

/** How often handlers of `counting` were called. */
export const callsSoFar = (): number => calls;

/** A flow of one cached task, whose output is the number of its call. */
export const counting = (changes: Partial<PlainTask> = {}, header = {}): Workflow =>
  flowOf([{ id: 'a', handler: () => ++calls, cache: {}, ...changes }], header);
