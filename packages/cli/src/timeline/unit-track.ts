import type { StandIn, TaskState } from '@wf-sdk/core';
import type { AttemptEnd, Phase, PhaseKind, RunSpan, UnitSpan } from './timeline.ts';

/** A phase that has begun. */
interface OpenPhase extends Omit<Phase, 'to' | 'end' | 'error'> {
  /** When a wait is over by itself: what comes after that is the queue. */
  readonly due?: number;
}

/** What a task or an item has done so far, built up event by event. At most one phase is open. */
export class UnitTrack {
  state: TaskState = 'pending';
  attempts = 0;
  readyAt: number | undefined;
  endedAt: number | undefined;
  error: string | undefined;
  by: StandIn | undefined;
  readonly #phases: Phase[] = [];
  #open: OpenPhase | undefined;

  get doing(): PhaseKind | undefined {
    return this.#open?.kind;
  }

  /** Whether anything was ever told of its doing something. */
  get hasBegun(): boolean {
    return this.#phases.length > 0 || this.#open !== undefined;
  }

  begin(phase: OpenPhase): void {
    this.#close(phase.from);
    this.#open = phase;
    if (phase.kind === 'undoing' || this.endedAt !== undefined) return;
    if (this.readyAt === undefined) this.readyAt = phase.from;
    if (phase.kind !== 'interrupted') this.state = phase.kind;
  }

  /** An attempt begins, or another thing that counts as running. @param queue What is known of its being queued before. */
  start(attempt: number | undefined, at: number, queue: Pick<Phase, 'slotOf' | 'admission'> = {}): void {
    if (attempt !== undefined) this.attempts++;
    if (this.#open?.kind === 'queued' || this.#open?.kind === 'retrying')
      this.#open = { ...this.#open, ...queue };
    this.begin({ kind: 'running', from: at, ...(attempt !== undefined && { attempt }) });
  }

  /** What is under way ends, and nothing is known to follow. */
  stop(at: number, end?: AttemptEnd, error?: string): void {
    this.#close(at, end, error);
  }

  /** It has come to its final state. */
  end(state: TaskState, at: number, end: AttemptEnd): void {
    this.#close(at, end);
    this.state = state;
    this.endedAt = at;
  }

  /** No process drove the run from then on. Waits go on; what ran or was queued did not. */
  interrupt(at: number): void {
    if (this.#open === undefined || this.#open.kind === 'waiting' || this.#open.kind === 'retrying') return;
    const from = Math.max(at, this.#open.from);
    this.#close(from, 'lost');
    this.#open = { kind: 'interrupted', from };
  }

  /** A process goes on with the run. */
  resume(at: number): void {
    if (this.#open?.kind === 'interrupted') this.begin({ kind: 'queued', from: at });
  }

  /** What was told of it does not count any more; that it happened stays. */
  reset(at: number): void {
    this.#close(at, 'cancelled');
    this.state = 'pending';
    this.readyAt = this.endedAt = this.error = this.by = undefined;
  }

  /** @param now Up to when what is under way is shown. */
  toSpan(now: number, runs: readonly RunSpan[]): UnitSpan {
    const { state, attempts, readyAt, endedAt, error, by } = this;
    return {
      state,
      phases: [...this.#phases, ...(this.#open === undefined ? [] : closed(this.#open, now, {}))],
      attempts,
      ...(readyAt !== undefined && { readyAt }),
      ...(endedAt !== undefined && { endedAt }),
      ...(error !== undefined && { error }),
      ...(by !== undefined && { by }),
      runs,
    };
  }

  #close(at: number, end?: AttemptEnd, error?: string): void {
    if (this.#open === undefined) return;
    const isAttempt = this.#open.attempt !== undefined;
    const ended = isAttempt
      ? { ...(end !== undefined && { end }), ...(error !== undefined && { error }) }
      : {};
    for (const phase of closed(this.#open, at, ended)) this.#add(phase);
    this.#open = undefined;
  }

  /** What was due, and is queued only a moment later, was queued all the while. */
  #add(phase: Phase): void {
    const last = this.#phases.at(-1);
    const goesOn = phase.kind === 'queued' && last?.kind === 'queued' && last.to === phase.from;
    if (goesOn) this.#phases[this.#phases.length - 1] = { ...phase, from: last.from };
    else this.#phases.push(phase);
  }
}

/** Only attempts are shown that took no time at all. */
function closed({ due, ...phase }: OpenPhase, to: number, ended: Pick<Phase, 'end' | 'error'>): Phase[] {
  if (phase.kind === 'retrying' && due !== undefined && due < to) {
    const { admission, ...wait } = phase;
    const queued = { kind: 'queued', from: due, to, ...(admission !== undefined && { admission }) } as const;
    return [...closed(wait, Math.max(due, phase.from), {}), queued];
  }
  return to > phase.from || phase.attempt !== undefined ? [{ ...phase, to, ...ended }] : [];
}

/** How the last attempt of what ended so ended. */
export function attemptEndOf(state: TaskState): AttemptEnd {
  return state === 'succeeded' || state === 'failed' ? state : 'cancelled';
}
