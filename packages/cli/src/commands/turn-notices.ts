import { driverOf, type RunEvent, type Store, type StoredRun } from '@wf-sdk/core';
import { type Phase, phaseOf } from '../keep/phase.ts';
import { ALL } from '../keep/run-family.ts';
import { storeFlag } from '../keep/store-path.ts';

/** So often it is looked what the runs that are waited for do, in milliseconds. */
const LOOK_MS = 1_000;

interface NoticeFlags {
  readonly store?: string;
  readonly json?: true;
  readonly quiet?: true;
}

/**
 * Says what becomes of the runs that one waits for which has not had its turn, and how to go on with them. One that nobody
 * drives any more would hold it up for ever: that is said even where little is to be said.
 */
export class TurnNotices {
  readonly #store: Store | undefined;
  readonly #flags: NoticeFlags;
  readonly #say: (text: string) => void;
  /** The workflows of the runs that wait, by run. */
  readonly #waiting = new Map<string, string>();
  readonly #said = new Set<string>();
  /** The run that this process drives. */
  #root: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param store Absent where nothing is kept: then all that is waited for is in this process. */
  constructor(store: Store | undefined, flags: NoticeFlags, say: (text: string) => void) {
    this.#store = store;
    this.#flags = flags;
    this.#say = say;
  }

  readonly observe = (event: RunEvent): void => {
    this.#root ??= event.run;
    if (event.type === 'run.pending') {
      this.#waiting.set(event.run, event.workflow);
      this.#timer ??= setInterval(() => void this.#look(), LOOK_MS).unref();
      void this.#look();
    } else if (this.#waiting.delete(event.run) && this.#waiting.size === 0) this.end();
  };

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Says it of all active runs of a workflow, each once. */
  async tell(workflow: string): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    try {
      for (const run of await store.list({ workflow, states: ['running', 'waiting'], limit: ALL }))
        await this.#tell(store, run);
    } catch {
      // A store that cannot be read now can be later; the run itself says where it cannot be used.
    }
  }

  async #look(): Promise<void> {
    for (const workflow of new Set(this.#waiting.values())) await this.tell(workflow);
  }

  async #tell(store: Store, run: StoredRun): Promise<void> {
    const now = Date.now();
    const phase = await phaseOf(store, run, now);
    const isBrief = this.#flags.quiet === true || this.#flags.json === true;
    const key = `${run.id} ${phase}`;
    const root = await rootOf(store, run);
    if (root === this.#root || this.#said.has(key) || (isBrief && phase !== 'interrupted')) return;
    this.#said.add(key);
    const what = this.#advice(run, root, phase, now);
    if (what !== undefined) this.#say(`${isBrief ? '' : '  '}${what}`);
  }

  #advice(run: StoredRun, root: string, phase: Phase, now: number): string | undefined {
    const flag = storeFlag(this.#flags.store);
    const driver = driverOf(run, now);
    const cancel = `wf-sdk cancel ${root}${flag}`;
    const resume = `wf-sdk resume ${root}${flag}`;
    switch (phase) {
      case 'running':
        return `run ${run.id} is being run by ${driver ?? 'another process'}: wf-sdk status ${root} --watch${flag} shows it, ${cancel} ends it`;
      case 'waiting': {
        const end = driver === undefined ? `${cancel} and then ${resume} end it` : `${cancel} ends it`;
        return `run ${run.id} waits for something itself: wf-sdk status ${root}${flag} says for what, ${end}`;
      }
      case 'interrupted':
        return `run ${run.id} of ${run.workflow} is driven by nobody any more, and others wait until it has ended: ${resume} goes on with it; ${cancel} first, and that ends it`;
      case 'pending':
      case 'succeeded':
      case 'failed':
      case 'cancelled':
        return undefined;
    }
  }
}

/** Who resumes or cancels a run does so with the one above it. */
async function rootOf(store: Store, run: StoredRun): Promise<string> {
  let root = run;
  while (root.parent !== undefined) {
    const above = await store.find(root.parent);
    if (above === undefined) break;
    root = above;
  }
  return root.id;
}
