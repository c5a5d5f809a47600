import { decode, encode } from '../codec/codec.ts';
import { systemClock } from '../execute/system.ts';
import { createId } from '../lib/id.ts';
import { RunNotFoundError } from '../model/durable-error.ts';
import { isWorkflowError } from '../model/error.ts';
import type { RunMessage } from '../model/message.ts';
import type { Message, NewMessage, Store } from '../model/store.ts';
import type { RunResult } from '../model/result.ts';

/** Who says something to a run, and under which name it is kept. */
export interface SendOptions {
  /** Who says it, for the log. */
  readonly by?: string;
  /** Said twice under the same ID it counts once. @default one of its own */
  readonly id?: string;
}

/**
 * Says something to a run that another process drives, or will: within a quarter of a second the first hears it, the other
 * when it goes on.
 *
 * @returns The number of the message, which `run.told` names when it is heard.
 * @throws RunNotFoundError, UnstorableError, StoreError
 */
export async function send(
  store: Store,
  run: string,
  message: RunMessage,
  options: SendOptions = {},
): Promise<number> {
  const kept = await store.send(run, toMessage(message, options));
  if (kept === undefined) throw new RunNotFoundError(run);
  return kept.seq;
}

/** A message as a store keeps it. @throws UnstorableError */
export function toMessage(message: RunMessage, { by, id }: SendOptions): NewMessage {
  const at = systemClock.now();
  return {
    id: id ?? createId(at),
    type: message.type,
    at,
    ...(by !== undefined && { by }),
    body: encode(message, 'the message', 'message'),
  };
}

/** What a message that a store has kept says. @throws UnreadableError where it is damaged */
export function readMessage({ seq, body }: Message): RunMessage {
  // It is what `send` was given.
  return decode(body, `message ${seq}`) as RunMessage;
}

/** The name of the signal, or the task that is decided. One that is damaged says nothing. */
export function aboutOf(message: Message): string | undefined {
  try {
    const said = readMessage(message);
    return 'task' in said ? said.task : 'name' in said ? said.name : undefined;
  } catch {
    return undefined;
  }
}

/** A run that does what it is told. */
interface Obedient {
  cancel(reason: unknown, options: { readonly force: boolean }): Promise<RunResult>;
  approve(task: string, value: unknown): void;
  retry(task: string): void;
  skip(task: string): void;
  fail(task: string, error?: Error): void;
}

/** The signals of a run, which have been kept by the time it hears of them here. */
interface Signals {
  hear(name: string, value: unknown, by: string | undefined): void;
}

/** Does what a message says. @returns Why it cannot be done, if so. */
export function obey(handle: Obedient, signals: () => Signals, message: Message): string | undefined {
  try {
    act(handle, signals, readMessage(message), message);
    return undefined;
  } catch (error) {
    return isWorkflowError(error) ? error.message : String(error);
  }
}

function act(handle: Obedient, signals: () => Signals, message: RunMessage, { by }: Message): void {
  switch (message.type) {
    case 'cancel':
      return void handle.cancel(message.reason, { force: message.force ?? false });
    case 'approve':
      return handle.approve(message.task, message.value);
    case 'retry':
      return handle.retry(message.task);
    case 'skip':
      return handle.skip(message.task);
    case 'fail':
      return handle.fail(
        message.task,
        message.message === undefined ? undefined : new Error(message.message),
      );
    case 'signal':
      return signals().hear(message.name, message.value, by);
  }
}
