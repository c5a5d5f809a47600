import type { Outputs } from '../execute/data.ts';
import type { TaskIndex } from '../model/plan.ts';
import type { Loop } from './loop.ts';

type Seen = ReturnType<Outputs['settledOf']>;

type Facts = Pick<Loop, 'ledger' | 'plan' | 'scheduler'>;

/** What handlers may read of a run: its input, its outputs, and what became of each task so far. */
export class RunOutputs implements Outputs {
  input: unknown;
  readonly outputs: readonly unknown[];
  readonly #run: Facts;

  constructor(run: Facts) {
    this.input = undefined;
    this.outputs = run.ledger.outputs;
    this.#run = run;
  }

  settledOf(task: TaskIndex): Seen {
    return settled(this.#run, task);
  }
}

function settled({ ledger, plan, scheduler }: Facts, task: TaskIndex): Seen {
  const status = scheduler.stateOf(task);
  switch (status) {
    case 'succeeded':
      return { status, value: ledger.outputs[task] };
    case 'failed':
      return { status, error: ledger.errorOf(task) ?? new Error(`task '${plan.tasks[task]?.id}' failed`) };
    case 'upstream_failed':
      return { status, cause: plan.tasks[scheduler.causeOf(task) ?? -1]?.id ?? '' };
    case 'skipped':
      return { status, reason: scheduler.reasonOf(task) ?? 'dependency' };
    case 'cancelled':
      return { status };
    case 'pending':
    case 'queued':
    case 'running':
    case 'retrying':
    case 'waiting':
      return { status: 'pending' };
  }
}
