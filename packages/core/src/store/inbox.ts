import type { Message, Store } from '../model/store.ts';

/** So often it is looked for messages, in milliseconds. */
const LOOK_MS = 250;

/** What listening needs of whoever drives the run. */
export interface InboxHost {
  /** Calls back again and again, until it is cancelled. */
  every(ms: number, callback: () => void): () => void;
  told(message: Message): void;
}

/** What is said to a run. */
export interface Inbox {
  /** Settles when all has been told that was there when this was called. It never rejects. */
  catchUp(): Promise<void>;
  close(): void;
}

/** Tells a run what is said to it from other processes, each message once. */
export function listenTo(store: Store, run: string, after: number, host: InboxHost): Inbox {
  let heard = after;
  let looking: Promise<void> | undefined;
  const lookOnce = async (): Promise<void> => {
    try {
      for (const message of await store.receive(run, heard)) {
        heard = message.seq;
        host.told(message);
      }
    } catch {
      // A store that cannot be read now can be later; one that cannot be written to ends the run.
    }
  };
  const look = (): Promise<void> =>
    (looking ??= lookOnce().finally(() => {
      looking = undefined;
    }));
  void look();
  const close = host.every(LOOK_MS, () => void look());
  const catchUp = async (): Promise<void> => {
    // One that is under way may have read before.
    await looking;
    await look();
  };
  return { catchUp, close };
}
