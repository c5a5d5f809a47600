import fc from 'fast-check';
import { expect, test } from 'vitest';

import { possibleFacts } from '../../test/facts.ts';
import { randomConcurrency, randomPlan } from '../../test/random.ts';
import { seen, SchedulerPair, statesOf } from '../../test/scheduler-pair.ts';
import { type Fact, standingOf } from './scheduler.oracle.ts';
import { Scheduler } from './scheduler.ts';

/** Tasks go through much before they end; without these weights most would end at once. */
const OFTEN: readonly Fact['type'][] = ['take', 'share', 'giveBack', 'pass', 'admit', 'requeue'];

/** Some kind of fact by choice, and by the rest of the choice one of these. */
function chosen(facts: readonly Fact[], choice: number): Fact | undefined {
  const types = [...new Set(facts.map(({ type }) => type))];
  const weighted = types.flatMap((type) => (OFTEN.includes(type) ? [type, type, type, type] : [type]));
  const ofType = facts.filter(({ type }) => type === weighted[choice % weighted.length]);
  return ofType[Math.floor(choice / weighted.length) % ofType.length];
}

interface Cancel {
  /** After so many facts. */
  readonly at: number;
  readonly how: 'gently' | 'wholly';
}

interface Course {
  readonly choices: readonly number[];
  readonly cancels: readonly Cancel[];
}

function playOn(pair: SchedulerPair, { choices, cancels }: Course, allowed: (fact: Fact) => boolean): void {
  for (const [step, choice] of choices.entries()) {
    if (pair.scheduler.open === 0) return;
    const cancel = cancels.find(({ at }) => at === step);
    const facts = possibleFacts(pair.tasks, pair.concurrency, pair.state).filter(allowed);
    const fact =
      cancel === undefined ? chosen(facts, choice) : ({ type: 'cancel', how: cancel.how } as const);
    if (fact !== undefined) pair.tell(fact);
  }
}

const TO_THE_END = ['begin', 'cancelled', 'pass', 'admit', 'take', 'requeue', 'succeed'];

/** Lets all that is open go on and succeed. */
function finish(pair: SchedulerPair): void {
  const next = (): Fact | undefined => {
    const facts = possibleFacts(pair.tasks, pair.concurrency, pair.state);
    const [first] = TO_THE_END.flatMap((type) => facts.filter((fact) => fact.type === type));
    return first;
  };
  for (let fact = next(); fact !== undefined; fact = next()) pair.tell(fact);
}

const scenario = fc.record({
  tasks: randomPlan(16),
  concurrency: randomConcurrency,
  policy: fc.constantFrom('any' as const, 'leaves' as const),
  choices: fc.array(fc.nat({ max: 10_000 }), { maxLength: 200, size: 'max' }),
  cancels: fc.array(
    fc.record({ at: fc.nat({ max: 25 }), how: fc.constantFrom('gently' as const, 'wholly' as const) }),
    { maxLength: 2 },
  ),
});

function replay({ plan, concurrency, log }: SchedulerPair): Scheduler {
  const scheduler = new Scheduler(plan, concurrency);
  for (const event of log) scheduler.apply(event);
  return scheduler;
}

test('the scheduler does what the plain reducer does, whatever happens to a run and whenever', () => {
  fc.assert(
    fc.property(scenario, (given) => {
      const pair = new SchedulerPair(given.tasks, given.concurrency, given.policy);
      playOn(pair, given, () => true);
      finish(pair);
      expect([pair.scheduler.open, pair.scheduler.verdict]).toEqual([0, pair.verdict]);
    }),
    { numRuns: 800 },
  );
}, 30_000);

test('the whole log of a run brings a new scheduler to the same states, causes, reasons and verdict', () => {
  fc.assert(
    fc.property(scenario, (given) => {
      const pair = new SchedulerPair(given.tasks, given.concurrency, given.policy);
      playOn(pair, given, () => true);
      finish(pair);
      const told = (one: Scheduler): unknown => [
        pair.tasks.map((_, index) => [one.stateOf(index), one.causeOf(index), one.reasonOf(index)]),
        [one.open, one.succeededCount, one.verdict],
      ];
      expect(told(replay(pair))).toEqual(told(pair.scheduler));
    }),
    { numRuns: 200 },
  );
}, 30_000);

test('a replayed run that is not over goes on with the same next task, once what had been admitted is again', () => {
  const inLog = ({ type }: Fact): boolean => !['share', 'unshare', 'giveBack'].includes(type);
  fc.assert(
    fc.property(scenario, (given) => {
      const pair = new SchedulerPair(given.tasks, given.concurrency, given.policy);
      playOn(pair, given, inLog);
      const replayed = replay(pair);
      expect(statesOf(pair.plan, replayed)).toEqual(seen(pair.state));
      for (const { id, gated } of pair.tasks) {
        const standing = standingOf(pair.state, id);
        if (gated && standing.state === 'queued' && standing.ready) replayed.admit(pair.indexOf(id));
      }
      expect(replayed.take()).toBe(pair.scheduler.take());
    }),
    { numRuns: 200 },
  );
}, 30_000);
