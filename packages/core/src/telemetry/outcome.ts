import type { RunEvent } from '../model/event.ts';
import type { Outcome } from '../model/state.ts';

/** How a run ended, as its result says it. */
export function outcomeOf({
  state,
  succeeded,
}: Extract<RunEvent, { readonly type: 'run.finished' }>): Outcome {
  if (state === 'succeeded') return 'success';
  if (state === 'cancelled') return 'cancelled';
  return succeeded > 0 ? 'partial' : 'failed';
}
