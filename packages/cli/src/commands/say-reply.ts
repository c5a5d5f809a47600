import type { RunMessage, StoredRun } from '@wf-sdk/core';
import { EXIT } from '../exit-codes.ts';
import type { Reply } from '../keep/tell.ts';
import { storeFlag } from '../keep/store-path.ts';
import { print } from './print.ts';
import { say } from './say.ts';

interface ReplyFlags {
  readonly store?: string;
  readonly json?: true;
}

/** Says what came of something said to a run. Gives the exit code. */
export function sayReply(
  { id, parent }: StoredRun,
  { type: what }: RunMessage,
  done: string,
  reply: Reply,
  flags: ReplyFlags,
): number {
  if (flags.json === true)
    print(JSON.stringify({ run: id, message: what, reply: reply.type, ...whyOf(reply) }));
  else say(sentence(id, parent ?? id, done, reply, flags));
  switch (reply.type) {
    case 'done':
    case 'kept':
    case 'unanswered':
      return EXIT.succeeded;
    case 'refused':
    case 'ended':
      return EXIT.failed;
  }
}

function whyOf(reply: Reply): { readonly why?: string } {
  return reply.type === 'refused' ? { why: reply.why } : {};
}

function sentence(id: string, root: string, done: string, reply: Reply, { store }: ReplyFlags): string {
  const flag = storeFlag(store);
  switch (reply.type) {
    case 'done':
      return done;
    case 'kept':
      return `nobody drives run ${id} now: what you said is kept, and done when the run goes on\n  wf-sdk resume ${root}${flag}`;
    case 'unanswered':
      return `the process that drives run ${id} has not answered yet: what you said is kept, and done when the run hears of it\n  wf-sdk status ${root}${flag}`;
    case 'refused':
      return `run ${id} refused: ${reply.why}`;
    case 'ended':
      return `run ${id} ended before it heard of it: nothing was done`;
  }
}
