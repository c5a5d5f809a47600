import type { Clock } from '../model/ports.ts';
import type { Line, Turn } from './turn.ts';

interface Member {
  readonly run: string;
  active: boolean;
}

/** The runs of one workflow that only this process knows, in the order in which they were begun. */
interface Crowd {
  readonly members: Set<Member>;
  readonly listeners: Set<(hasEnded: boolean) => void>;
}

/** Runs by another clock are counted by themselves: a test run in virtual time does not wait for a real one. */
const crowds = new WeakMap<Clock, Map<string, Crowd>>();

/** Puts a run that no store keeps in the line of its workflow, in this process. */
export function joinLine(turn: Turn, run: string, workflow: string, clock: Clock): Line {
  const byWorkflow = crowds.get(clock) ?? new Map<string, Crowd>();
  crowds.set(clock, byWorkflow);
  const crowd = byWorkflow.get(workflow) ?? { members: new Set(), listeners: new Set() };
  byWorkflow.set(workflow, crowd);
  const self: Member = { run, active: false };
  crowd.members.add(self);
  turn.onLeave(() => {
    crowd.members.delete(self);
    if (crowd.members.size === 0) byWorkflow.delete(workflow);
    for (const listener of crowd.listeners) listener(true);
  });
  return {
    ask() {
      const runs = aheadOf(self, crowd.members);
      if (runs.length >= turn.limit) return runs;
      self.active = true;
      return [];
    },
    isCalledOff: () => false,
    listen(callback) {
      crowd.listeners.add(callback);
      return () => crowd.listeners.delete(callback);
    },
  };
}

/** Those that are active, and those that were begun before. */
function aheadOf(self: Member, members: Iterable<Member>): readonly string[] {
  const ahead: string[] = [];
  let isBefore = true;
  for (const member of members) {
    if (member === self) isBefore = false;
    else if (isBefore || member.active) ahead.push(member.run);
  }
  return ahead;
}
