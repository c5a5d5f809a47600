import type { ResourceAmounts } from '../model/placement.ts';
import { type Place, PriorityLine } from './priority-line.ts';
import type { Stage, Waiter } from './stage.ts';

/** Amounts as whole numbers, so that what was taken and given back adds up to nothing: cpu, memory, gpu, disk. */
type Units = readonly [number, number, number, number];

/** Parts of a core or of a GPU are counted in millionths. */
const PARTS = 1e6;

/** So many kinds of demand behind the first are looked at for one that fits beside it. */
const LOOK_AHEAD = 64;

/** Those who want the same, with the same priority: if the first does not fit, none does. */
interface Lane {
  readonly kind: string;
  readonly line: PriorityLine<ResourceStage>;
}

/**
 * What a machine, or a run, has of cores, memory, GPUs and disk, and those who wait for a share of it.
 *
 * What holds between any two calls:
 * 1. no more is held than there is;
 * 2. the first, by priority and then by who came first, cannot be let in yet;
 * 3. whatever is free is kept for the first, as far as it needs it. Others may go before it with what it leaves over:
 *    so that nobody waits without end, and a task that waits for a GPU does not hold up those that need a core.
 */
export class Resources {
  readonly capacity: ResourceAmounts;
  readonly #capacity: Units;
  readonly #used: [number, number, number, number] = [0, 0, 0, 0];
  /** By their first ones: the highest priority, then who came first. */
  readonly #lanes: Lane[] = [];
  readonly #byKind = new Map<string, Lane>();
  #arrivals = 0;
  #lettingIn = false;

  constructor(capacity: ResourceAmounts) {
    this.capacity = Object.freeze({ ...capacity });
    this.#capacity = toUnits(capacity);
  }

  /** What is held now. */
  get used(): ResourceAmounts {
    const [cpu, memoryBytes, gpu, diskBytes] = this.#used;
    return { cpu: cpu / PARTS, memoryBytes, gpu: gpu / PARTS, diskBytes };
  }

  stage(amounts: ResourceAmounts, priority: number, waiter: Waiter): Stage {
    return new ResourceStage(this, toUnits(amounts), priority, waiter);
  }

  /** For {@link ResourceStage}. */
  enter(stage: ResourceStage): boolean {
    stage.arrival = this.#arrivals++;
    if (!this.#lettingIn && this.#mayPass(stage)) {
      this.#hold(stage, 1);
      return true;
    }
    this.#queue(stage);
    // As the new first it is what is kept free for, no longer the one before it: others may fit now.
    if (this.#lanes[0]?.line.first?.value === stage) this.#letIn();
    return false;
  }

  /** For {@link ResourceStage}. */
  leave(stage: ResourceStage): void {
    if (stage.place === undefined) this.#hold(stage, -1);
    else this.#dequeue(stage, stage.place);
    this.#letIn();
  }

  /** Lets in whoever may go. Called again by one of them, it leaves the rest to the loop that goes on already. */
  #letIn(): void {
    if (this.#lettingIn) return;
    this.#lettingIn = true;
    try {
      for (let stage = this.#next(); stage?.place !== undefined; stage = this.#next()) {
        this.#dequeue(stage, stage.place);
        this.#hold(stage, 1);
        stage.waiter.proceed();
      }
    } finally {
      this.#lettingIn = false;
    }
  }

  #next(): ResourceStage | undefined {
    const first = this.#lanes[0]?.line.first?.value;
    if (first === undefined || this.#fits(first)) return first;
    for (let index = 1; index < Math.min(this.#lanes.length, LOOK_AHEAD); index++) {
      const stage = this.#lanes[index]?.line.first?.value;
      if (stage !== undefined && this.#fits(stage, first)) return stage;
    }
    return undefined;
  }

  /** Whether one that comes now may go at once. Whoever waits already could not, or it would not wait. */
  #mayPass(stage: ResourceStage): boolean {
    const first = this.#lanes[0]?.line.first?.value;
    if (first === undefined || stage.priority > first.priority) return this.#fits(stage);
    return this.#lanes.length < LOOK_AHEAD && this.#fits(stage, first);
  }

  /** Whether there is room, beside what is kept for `first`. */
  #fits({ units }: ResourceStage, first?: ResourceStage): boolean {
    for (let index = 0; index < units.length; index++) {
      const free = (this.#capacity[index] ?? 0) - (this.#used[index] ?? 0);
      const left = first === undefined ? free : Math.max(0, free - (first.units[index] ?? 0));
      if ((units[index] ?? 0) > left) return false;
    }
    return true;
  }

  #hold({ units }: ResourceStage, sign: 1 | -1): void {
    for (let index = 0; index < units.length; index++) {
      this.#used[index] = (this.#used[index] ?? 0) + sign * (units[index] ?? 0);
    }
  }

  #queue(stage: ResourceStage): void {
    const kind = `${stage.priority}/${stage.units.join('/')}`;
    let lane = this.#byKind.get(kind);
    if (lane === undefined) {
      lane = { kind, line: new PriorityLine() };
      this.#byKind.set(kind, lane);
      this.#lanes.splice(this.#indexOf(stage), 0, lane);
    }
    stage.lane = lane;
    stage.place = lane.line.add(stage, stage.priority);
  }

  #dequeue(stage: ResourceStage, place: Place<ResourceStage>): void {
    const { lane } = stage;
    stage.place = undefined;
    if (lane === undefined) return;
    if (lane.line.first !== place) return lane.line.remove(place);
    this.#lanes.splice(this.#indexOf(stage), 1);
    lane.line.remove(place);
    const first = lane.line.first?.value;
    if (first === undefined) this.#byKind.delete(lane.kind);
    else this.#lanes.splice(this.#indexOf(first), 0, lane);
  }

  /** Where the lane is of which this is the first, or would have to be. */
  #indexOf({ priority, arrival }: ResourceStage): number {
    let low = 0;
    let high = this.#lanes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#lanes[middle]?.line.first?.value;
      if (other === undefined) return middle;
      if (other.priority > priority || (other.priority === priority && other.arrival < arrival))
        low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

class ResourceStage implements Stage {
  readonly units: Units;
  readonly priority: number;
  readonly waiter: Waiter;
  readonly #resources: Resources;
  /** When it came, as a number that grows. */
  arrival = 0;
  lane: Lane | undefined;
  /** Where it stands in its lane, while it waits. */
  place: Place<ResourceStage> | undefined;

  constructor(resources: Resources, units: Units, priority: number, waiter: Waiter) {
    this.#resources = resources;
    this.units = units;
    this.priority = priority;
    this.waiter = waiter;
  }

  enter(): boolean {
    return this.#resources.enter(this);
  }

  start(): void {
    // Resources do not count starts.
  }

  leave(): void {
    this.#resources.leave(this);
  }
}

function toUnits({ cpu, memoryBytes, gpu, diskBytes }: ResourceAmounts): Units {
  return [Math.round(cpu * PARTS), memoryBytes, Math.round(gpu * PARTS), diskBytes];
}
