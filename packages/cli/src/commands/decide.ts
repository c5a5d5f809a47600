import type { RunMessage, Store, StoredRun, TaskState } from '@wf-sdk/core';
import { findRun } from '../keep/find-run.ts';
import { type StoreFlags, withStore } from '../keep/open-store.ts';
import { refuseEnded } from '../keep/refuse-ended.ts';
import { pictureOf } from '../keep/run-picture.ts';
import { tell } from '../keep/tell.ts';
import { didYouMean } from '../load/did-you-mean.ts';
import { type Waiting, waitingIn } from '../show/waiting.ts';
import { UsageError } from '../usage-error.ts';
import { quoteForShell, readValue } from './answer.ts';
import { sayReply } from './say-reply.ts';

interface DecideFlags extends StoreFlags {
  readonly json?: true;
}

type DecisionMessage = Extract<RunMessage, { readonly task: string }>;

/** `wf-sdk approve <run> <task> [value]`. Gives the exit code. */
export async function approveTask(
  given: string,
  task: string,
  value: string | undefined,
  flags: DecideFlags,
): Promise<number> {
  const answer = readValue(value ?? '', quoteForShell);
  if ('problem' in answer) throw new UsageError(`the value of an approval is JSON: ${answer.problem}`);
  return decideTask(
    given,
    { type: 'approve', task, value: 'value' in answer ? answer.value : undefined },
    flags,
  );
}

/** `wf-sdk reject <run> <task>`. Gives the exit code. */
export async function rejectTask(
  given: string,
  task: string,
  flags: DecideFlags & { readonly message?: string },
): Promise<number> {
  const { message } = flags;
  return decideTask(given, { type: 'fail', task, ...(message !== undefined && { message }) }, flags);
}

/** Says what becomes of a task that waits for a person, in this run or below it. Gives the exit code. */
export async function decideTask(
  given: string,
  message: DecisionMessage,
  flags: DecideFlags,
): Promise<number> {
  return withStore(flags, 'write', async (store) => {
    const found = await findRun(store, given);
    const { run, task } = await waitingTask(store, found, message.task);
    const done = `${task} of run ${run.id}: ${DONE[message.type]}`;
    return sayReply(run, message, done, await tell(store, run, { ...message, task }), flags);
  });
}

const DONE: Readonly<Record<DecisionMessage['type'], string>> = {
  approve: 'approved',
  retry: 'another attempt is made',
  skip: 'skipped',
  fail: 'failed, as you said',
};

/**
 * The task that is meant, and the run it belongs to.
 *
 * @throws UsageError where no such task waits
 */
async function waitingTask(
  store: Store,
  run: StoredRun,
  wanted: string,
): Promise<{ readonly run: StoredRun; readonly task: string }> {
  refuseEnded(run);
  const { tree } = await pictureOf(store, run);
  const waiting = waitingIn(tree.root);
  const meant = waiting.filter((one) => one.task.id === wanted || nameOf(one) === wanted);
  const [first] = meant;
  if (first?.run.id === undefined) throw new UsageError(notWaiting(run, wanted, tree.root, waiting));
  if (meant.length > 1)
    throw new UsageError(
      [
        `several tasks '${wanted}' wait in the runs below ${run.id}; name the run that is meant:`,
        ...meant.map((one) => `  ${one.run.id ?? ''}  ${nameOf(one)}`),
      ].join('\n'),
    );
  return { run: await findRun(store, first.run.id), task: first.task.id };
}

/** A task has succeeded and has failed; it is skipped, and is pending. */
const HAS: ReadonlySet<TaskState> = new Set<TaskState>(['succeeded', 'failed']);

function notWaiting(
  { id }: StoredRun,
  wanted: string,
  root: Waiting['run'],
  waiting: readonly Waiting[],
): string {
  const known = root.tasks.find((task) => task.id === wanted);
  const what =
    known === undefined
      ? `run ${id} has no task '${wanted}'`
      : `task '${wanted}' of run ${id} does not wait for a decision: it ${HAS.has(known.state) ? 'has' : 'is'} ${known.state}`;
  if (waiting.length === 0) return `${what}, and nothing else of it waits for one`;
  const names = waiting.map(nameOf);
  const near = known === undefined ? didYouMean(wanted, names) : undefined;
  return near === undefined
    ? `${what}; what waits is ${names.join(', ')}`
    : `${what}; did you mean '${near}'?`;
}

function nameOf({ run, task }: Waiting): string {
  return `${run.prefix}${task.id}`;
}
