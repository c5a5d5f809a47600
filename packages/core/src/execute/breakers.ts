import type { BreakerPolicy } from '../model/policy.ts';
import type { Clock } from '../model/ports.ts';
import { Breaker, type BreakerStatus } from './breaker.ts';
import type { BreakerWindow } from './breaker-window.ts';
import { systemClock } from './system.ts';

/**
 * By clock, then by name: runs share a breaker where they share their time. All runs on the machine's time do, which
 * is the process as a whole; a test with a clock of its own has breakers of its own.
 */
const byClock = new WeakMap<Clock, Map<string, Breaker>>();
const known: WeakRef<ReadonlyMap<string, Breaker>>[] = [];

let Window: typeof BreakerWindow | undefined;

/** Loads what breakers are made of. Nothing else does, so that a process without breakers never pays for it. */
export async function loadBreakers(): Promise<void> {
  Window ??= (await import('./breaker-window.ts')).BreakerWindow;
}

export function areBreakersLoaded(): boolean {
  return Window !== undefined;
}

/**
 * The breaker of that name, made at its first use. `loadBreakers` has to have settled.
 *
 * @throws OptionError for a setting that another use of the name has given otherwise.
 */
export function breakerFor(policy: BreakerPolicy, clock: Clock = systemClock): Breaker {
  let named = byClock.get(clock);
  if (named === undefined) {
    named = new Map();
    byClock.set(clock, named);
    known.push(new WeakRef(named));
  }
  let breaker = named.get(policy.name);
  if (breaker === undefined) {
    breaker = new Breaker(policy, clock, (settings) => windowFor(settings, clock));
    named.set(policy.name, breaker);
  } else {
    breaker.join(policy);
  }
  return breaker;
}

/** Whether runs of this process have used a breaker of that name. */
export function isBreakerKnown(name: string, clock: Clock): boolean {
  return byClock.get(clock)?.has(name) === true;
}

/**
 * Every breaker that runs of this process have used, as it is now, in the order of their first use.
 *
 * @param clock Whose breakers: those of runs with this clock. @default the machine's
 */
export function breakers(clock: Clock = systemClock): readonly BreakerStatus[] {
  return Array.from(byClock.get(clock)?.values() ?? [], ({ status }) => status);
}

/** Every breaker that runs of this process have used, by any clock. */
export function allBreakers(): readonly BreakerStatus[] {
  return known.flatMap((named) => Array.from(named.deref()?.values() ?? [], ({ status }) => status));
}

/**
 * Closes breakers and forgets them with their options, as tests need it between one another: the next use of a name
 * makes a new one.
 *
 * @param name Which. @default all
 * @param clock Whose breakers: those of runs with this clock. @default the machine's
 */
export function resetBreakers(name?: string, clock: Clock = systemClock): void {
  const named = byClock.get(clock);
  for (const breaker of Array.from(named?.values() ?? [])) {
    if (name !== undefined && breaker.name !== name) continue;
    named?.delete(breaker.name);
    breaker.reset();
  }
}

function windowFor(settings: BreakerPolicy, clock: Clock): BreakerWindow {
  if (Window === undefined) throw new Error('a breaker is never made before loadBreakers() has settled');
  return new Window(settings, clock);
}
