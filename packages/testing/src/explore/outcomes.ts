import type { Outcome, RunResult } from '@wf-sdk/core';

export function noOutcomes(): Record<Outcome, number> {
  return { success: 0, partial: 0, failed: 0, cancelled: 0 };
}

export function countOutcome(outcomes: Record<Outcome, number>, { outcome }: RunResult): void {
  outcomes[outcome]++;
}
