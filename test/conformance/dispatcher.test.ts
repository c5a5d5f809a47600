import { type DispatchObserver, type DispatchRequest, NonRetryableError, type TaskContext } from 'wf-sdk';
import { dispatcherConformance, type DispatcherSubject } from 'wf-sdk/testing';
import { describe, expect, test } from 'vitest';
import { type Dispatching, type Handle, Here } from './here.ts';

const subject = (Made: new () => Here) => (): DispatcherSubject => ({ dispatcher: new Made() });

describe('a dispatcher to this thread', () => {
  test.each(dispatcherConformance.cases)('$name', async ({ run }) => {
    await expect(run(subject(Here))).resolves.toBeUndefined();
  });
});

/** Attempts all share the log of the one that came last. */
let last: DispatchObserver | undefined;

/** For each case a dispatcher that breaks just this rule, and what is then said. */
const BROKEN: Readonly<Record<string, readonly [new () => Here, RegExp]>> = {
  'gives the output of the handler': [
    class extends Here {
      override async call(...args: Parameters<Here['call']>): Promise<unknown> {
        return { output: await super.call(...args) };
      }
    },
    /the output should be { by: 'work', value: 'x' }, and is { output: /,
  ],
  'carries dates, maps, sets, bytes and big numbers there and back': [
    class extends Here {
      override data({ input }: { readonly input: { readonly value: { readonly big: bigint } } }): unknown {
        const { big, ...value } = input.value;
        return { input: { value: JSON.parse(JSON.stringify({ ...value, big: String(big) })) as unknown } };
      }
    },
    /what came back should be .*Map\(1\).*, and is .*'1180591620717411303424'/,
  ],
  'tells the handler which attempt, item and run it is': [
    class extends Here {
      override context(...[request, observer, signal]: Dispatching): TaskContext {
        return super.context({ ...request, item: request.item || undefined }, observer, signal);
      }
    },
    /what the handler of an item saw should be .*'r1\/about\/0'.* and is .*'r1\/about'/,
  ],
  'hands the handler the secrets of the request, and no others': [
    class extends Here {
      override context(...[request, observer, signal]: Dispatching): TaskContext {
        return super.context({ ...request, secrets: {} }, observer, signal);
      }
    },
    /the secrets of the handler should be .*API_TOKEN/,
  ],
  'tells each line of the log, in order, before the attempt ends': [
    class extends Here {
      override async call(handler: Handle, ...[request, observer, signal]: Dispatching): Promise<unknown> {
        const late: DispatchObserver = { log: (...line) => void setTimeout(() => observer.log(...line), 5) };
        return super.call(handler, request, late, signal);
      }
    },
    /the log when the attempt had ended should be .*, and is \[\]/,
  ],
  'keeps attempts that are made at once apart': [
    class extends Here {
      override async call(handler: Handle, ...[request, observer, signal]: Dispatching): Promise<unknown> {
        last = observer;
        return super.call(handler, request, { log: (...line) => last?.log(...line) }, signal);
      }
    },
    /the log of attempt 0 should be /,
  ],
  'makes as many attempts at once as it has slots': [
    class extends Here {
      override turn(signal: AbortSignal): Promise<void> {
        return this.free === 1 ? Promise.reject(new Error('one at a time')) : super.turn(signal);
      }
    },
    /an attempt ended before its log said 'begun': it was rejected with Error: one at a time/,
  ],
  'has what is beyond its slots wait, and makes it in the end': [
    class extends Here {
      override free = 3;
    },
    /slots is 2, and 3 attempts were made at once/,
  ],
  'rejects with the handler’s error: name, message, cause and properties': [
    class extends Here {
      override report(error: unknown): unknown {
        return error instanceof Error ? new Error(error.message) : error;
      }
    },
    /the error should be { name: 'HttpError', .*, and is { name: 'Error'/,
  ],
  'rejects with an error of wf-sdk as one': [
    class extends Here {
      override report(error: unknown): unknown {
        return error instanceof NonRetryableError ? new Error(error.message) : error;
      }
    },
    /isWorkflowError does not know Error: no use/,
  ],
  'rejects with the errors that one stands for': [
    class extends Here {
      override report(error: unknown): unknown {
        return error instanceof AggregateError ? new Error(error.message) : error;
      }
    },
    /an AggregateError arrived without its errors/,
  ],
  'rejects with what was thrown where that is no Error': [
    class extends Here {
      override report(error: unknown): unknown {
        return error instanceof Error ? error : new Error(String(error));
      }
    },
    /what it was rejected with should be 'text', and is Error: text/,
  ],
  'names a module that cannot be loaded': [
    class extends Here {
      override report(): unknown {
        return new Error('not found');
      }
    },
    /the error does not name 'no-such-module': not found/,
  ],
  'names a workflow that the module does not export': [
    class extends Here {
      override async find(request: DispatchRequest): Promise<Handle> {
        return super.find({ ...request, workflow: 'dispatched' });
      }
    },
    /an attempt that should be rejected gave undefined/,
  ],
  'names a task that the workflow does not have': [
    class extends Here {
      override next(): void {
        this.free = 0;
      }
      override turn(signal: AbortSignal): Promise<void> {
        return this.free === 0 ? Promise.reject(new Error('broken before')) : super.turn(signal);
      }
    },
    /an attempt that should give an output was rejected with Error: broken before/,
  ],
  'does not begin what was aborted before': [
    class extends Here {
      override dispatch(...[request, observer, signal]: Dispatching): Promise<unknown> {
        const { signal: live } = new AbortController();
        const made = super.dispatch(request, observer, signal.aborted ? live : signal);
        return signal.aborted ? Promise.reject(signal.reason as Error) : made;
      }
    },
    /the log of what was never to begin should be \[\], and is \[ 'begun', 'ended' \]/,
  ],
  'tells the handler that it is aborted and why, and rejects with the reason': [
    class extends Here {
      override context(...[request, observer, signal]: Dispatching): TaskContext {
        const controller = new AbortController();
        signal.addEventListener('abort', () => controller.abort());
        return super.context(request, observer, controller.signal);
      }
    },
    /the reason that the handler saw should be { name: 'CancelledError', .*, and is { name: 'AbortError'/,
  ],
  'lets a handler clean up when the run is cancelled, for as long as graceMs says': [
    class extends Here {
      override async call(handler: Handle, ...[request, observer, signal]: Dispatching): Promise<unknown> {
        const aborted = new Promise((_, reject) => {
          signal.addEventListener('abort', () => setTimeout(reject, 50, signal.reason));
        });
        return Promise.race([super.call(handler, request, observer, signal), aborted]);
      }
    },
    /its log when it was rejected should be \[ 'begun', 'aborted', 'cleaned up' \], and is \[ 'begun', 'aborted' \]/,
  ],
  'drops what a handler gives after that': [
    class extends Here {
      override async dispatch(...[request, observer, signal]: Dispatching): Promise<unknown> {
        return this.call(await this.find(request), request, observer, signal);
      }
    },
    /an attempt that should be rejected gave 'all the same'/,
  ],
  'takes what is aborted while it waits for its turn out of the line': [
    class extends Here {
      override async dispatch(...[request, observer, signal]: Dispatching): Promise<unknown> {
        if (request.task === 'heed') return super.dispatch(request, observer, signal);
        const aborted = new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
        return Promise.race([super.dispatch(request, observer, new AbortController().signal), aborted]);
      }
    },
    /the log of what never had its turn should be \[\], and is \[ 'begun'/,
  ],
  'is not harmed by a signal that is aborted after the end': [
    class extends Here {
      override async dispatch(...[request, observer, signal]: Dispatching): Promise<unknown> {
        signal.addEventListener('abort', () => {
          this.find = () => Promise.reject(signal.reason as Error);
        });
        return super.dispatch(request, observer, signal);
      }
    },
    /an attempt that should give an output was rejected with CancelledError: the run was cancelled: too late/,
  ],
  'keeps a task to its memory, or refuses it': [
    class extends Here {
      override refuse(request: DispatchRequest): void {
        super.refuse({ ...request, memoryBytes: undefined });
      }
    },
    /an attempt that should be rejected gave 24/,
  ],
  'gives a task its environment and no other, or refuses it': [
    class extends Here {
      override refuse(request: DispatchRequest): void {
        super.refuse({ ...request, env: undefined });
      }
    },
    /the variable that was given should be 'this', and is undefined/,
  ],
};

test('each rule has a dispatcher that breaks it', () => {
  expect(Object.keys(BROKEN)).toEqual(dispatcherConformance.cases.map(({ name }) => name));
});

test.each(Object.entries(BROKEN))(
  'a dispatcher that breaks the rule is found out: %s',
  async (name, broken) => {
    const [Broken, said] = broken;
    const found = dispatcherConformance.cases.find((one) => one.name === name)?.run(subject(Broken));
    await expect(found).rejects.toThrow(said);
  },
);
