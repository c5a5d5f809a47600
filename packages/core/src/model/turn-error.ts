import { WorkflowError } from './error.ts';

/** So many runs are named in a message. */
const NAMED = 5;

/** As many runs of the workflow are active as may be, and this one was not to wait for its turn. */
export class TooManyRunsError extends WorkflowError {
  readonly code = 'too_many_runs' as const;
  readonly run: string;
  readonly workflow: string;
  /** How many may be active at once. */
  readonly limit: number;
  /** The runs it would wait for: those that are active, and those whose turn comes before. */
  readonly runs: readonly string[];

  constructor(run: string, workflow: string, limit: number, runs: readonly string[]) {
    const named = runs.slice(0, NAMED).join(', ');
    const more = runs.length > NAMED ? ` and ${runs.length - NAMED} more` : '';
    const most = limit === 1 ? '1 run' : `${limit} runs`;
    super(
      `run ${run} was not begun: no more than ${most} of workflow '${workflow}' may be active at once (maxActiveRuns), and it would ` +
        `have to wait for ${named}${more}. Have it do so (ifFull: 'wait', --if-full wait), or begin it when one of these has ended`,
    );
    this.run = run;
    this.workflow = workflow;
    this.limit = limit;
    this.runs = runs;
  }
}
