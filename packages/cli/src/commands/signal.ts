import { keptTasks, type Store, type StoredRun } from '@wf-sdk/core';
import { findRun } from '../keep/find-run.ts';
import { type StoreFlags, withStore } from '../keep/open-store.ts';
import { refuseEnded } from '../keep/refuse-ended.ts';
import { hasRunEnded, runsBelow } from '../keep/run-family.ts';
import { pictureOf } from '../keep/run-picture.ts';
import { tell } from '../keep/tell.ts';
import { didYouMean } from '../load/did-you-mean.ts';
import { signalledIn } from '../show/waiting.ts';
import { UsageError } from '../usage-error.ts';
import { quoteForShell, readValue } from './answer.ts';
import { sayReply } from './say-reply.ts';

interface SignalFlags extends StoreFlags {
  readonly json?: true;
}

/** `wf-sdk signal <run> <name> [value]`. Gives the exit code. */
export async function sendSignal(
  given: string,
  name: string,
  text: string | undefined,
  flags: SignalFlags,
): Promise<number> {
  const answer = readValue(text ?? '', quoteForShell);
  if ('problem' in answer) throw new UsageError(`the payload of a signal is JSON: ${answer.problem}`);
  const value = 'value' in answer ? answer.value : undefined;
  return withStore(flags, 'write', async (store) => {
    const run = await runFor(store, await findRun(store, given), name);
    const message = { type: 'signal', name, value } as const;
    return sayReply(
      run,
      message,
      `run ${run.id} has signal '${name}'`,
      await tell(store, run, message),
      flags,
    );
  });
}

/**
 * The run that is meant: the one below the found one whose task waits for the signal, else the found one, or the only one
 * below it that has a task for such a signal.
 *
 * @throws UsageError where none has, or several do
 */
async function runFor(store: Store, found: StoredRun, name: string): Promise<StoredRun> {
  refuseEnded(found);
  const { tree } = await pictureOf(store, found);
  const waiting = signalledIn(tree.root).filter(({ task }) => task.signal === name);
  const ids = new Set(waiting.map(({ run }) => run.id).filter((id) => id !== undefined));
  const [first] = ids;
  if (ids.size > 1 && !ids.has(found.id))
    throw new UsageError(
      [
        `several runs below ${found.id} wait for signal '${name}'; name the one that is meant:`,
        ...[...ids].map((id) => `  ${id}`),
      ].join('\n'),
    );
  if (first !== undefined) return ids.has(found.id) ? found : findRun(store, first);
  const family = [found, ...(await runsBelow(store, found.id)).filter((run) => !hasRunEnded(run))];
  const open = family.find((run) => signalsOf(run).includes(name));
  if (open !== undefined) return open;
  const names = family.flatMap(signalsOf);
  const near = didYouMean(name, names);
  throw new UsageError(
    names.length === 0
      ? `no task of run ${found.id} waits for a signal`
      : `no task of run ${found.id} waits for a signal '${name}'; ${near === undefined ? `its signals are ${[...new Set(names)].join(', ')}` : `did you mean '${near}'?`}`,
  );
}

function signalsOf(run: StoredRun): readonly string[] {
  return keptTasks(run).flatMap(({ signal }) => (signal === undefined ? [] : [signal]));
}
