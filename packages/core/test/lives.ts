import { mortalStore, VirtualClock } from '@wf-sdk/testing';
import {
  createMemoryStore,
  type Duration,
  run,
  type RunEvent,
  type RunHandle,
  type RunOptions,
  type RunResult,
  type StoredRun,
  type Workflow,
} from '../src/index.ts';
import { recorder } from './kit.ts';

/** What a process saw of a run. */
export interface Life {
  readonly events: readonly RunEvent[];
  /** By which it ran, and by which its breakers are known. */
  readonly clock: VirtualClock;
  readonly handle: RunHandle<RunResult>;
}

/**
 * A run, by the ID `r`, that one process after another goes on with. Each has a clock and thereby breakers of its own; time goes on from
 * one to the next.
 */
export class Lives {
  readonly store = createMemoryStore();
  readonly begun: number = new VirtualClock().startedAt;
  readonly #flow: Workflow;
  #now = this.begun;

  constructor(flow: Workflow) {
    this.#flow = flow;
  }

  /** Nothing drives the run meanwhile. */
  pass(ms: number): void {
    this.#now += ms;
  }

  /** A process that is gone after so long, or after so many appends to the store. `act` is done in its midst, after that time, and then as much time passes again. */
  async live(
    lasts: Duration,
    { act, ...options }: RunOptions & { readonly act?: (life: Life) => void } = {},
    appends = Infinity,
  ): Promise<Life> {
    const clock = new VirtualClock({ startAt: this.#now });
    const mortal = mortalStore(this.store, { appends });
    const { events, observe } = recorder();
    const handle = run(this.#flow, undefined, {
      ...options,
      id: 'r',
      clock,
      store: mortal.store,
      observers: [observe],
    });
    const life = { events, clock, handle };
    await clock.advance(lasts);
    if (act !== undefined) {
      act(life);
      await clock.advance(lasts);
    }
    await mortal.die();
    this.#now = clock.now();
    return life;
  }

  /** A process that sees the run to its end. */
  async end(options: RunOptions = {}): Promise<Life & { readonly result: RunResult }> {
    const clock = new VirtualClock({ startAt: this.#now });
    const { events, observe } = recorder();
    const handle = run(this.#flow, undefined, {
      ...options,
      id: 'r',
      clock,
      store: this.store,
      observers: [observe],
    });
    const result = await clock.passUntil(handle);
    this.#now = clock.now();
    return { events, clock, handle, result };
  }

  /** What the store says of the run, or one below it: whether it waits, and how long after its beginning it wakes. */
  async kept(id = 'r'): Promise<{ state: StoredRun['state'] | undefined; wakesAfter: number | undefined }> {
    const { state, wakeAt } = (await this.store.find(id)) ?? {};
    return { state, wakesAfter: wakeAt === undefined ? undefined : wakeAt - this.begun };
  }

  /** The runs that have something to do so long after the beginning. */
  async dueAfter(ms: number): Promise<readonly string[]> {
    return (await this.store.list({ dueAt: this.begun + ms })).map(({ id }) => id).toSorted();
  }
}
