import { expect, test } from 'vitest';
import { isolationConformance } from 'wf-sdk/testing';
import { type Dispatching, Here } from './here.ts';

/** Does not wait for handlers whose signal is aborted, and lets them go on. */
class Careless extends Here {
  override async dispatch(...[request, observer, signal]: Dispatching): Promise<unknown> {
    const aborted = new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
    return Promise.race([super.dispatch(request, observer, signal), aborted]);
  }
}

/** For each case a dispatcher to this very thread, which cannot keep the rule, and what is then said. */
const BROKEN: Readonly<Record<string, readonly [new () => Here, RegExp]>> = {
  'ends a handler that ignores its signal after a timeout': [Here, /it was left to go on to its own end/],
  'ends a handler that ignores its signal when the grace period is over': [
    Careless,
    /lines of its log and of a file it writes, a while after it was rejected, should be \[ (\d+), (\d+) \], and is (?!\[ \1, \2 \])/,
  ],
  'ends a handler that leaves its thread no turn': [
    Here,
    /an attempt that should be rejected gave undefined/,
  ],
  'gives the handler a copy of its data, and the caller one of the output': [
    Here,
    /what came back is the very object that was sent/,
  ],
  'names what in the data or the output cannot be sent': [
    Here,
    /an attempt that should be rejected gave { rows: /,
  ],
  'outlives a task that ends its process or thread, and so do the other attempts': [
    Here,
    /the code and the task of the error should be \[ 'isolation_failed', 'exit' \], and is \[ undefined, undefined \]/,
  ],
};

test('each rule has a dispatcher that breaks it', () => {
  expect(Object.keys(BROKEN)).toEqual(isolationConformance.cases.map(({ name }) => name));
});

test.each(Object.entries(BROKEN))(
  'a dispatcher that breaks the rule is found out: %s',
  async (name, broken) => {
    const [Broken, said] = broken;
    const found = isolationConformance.cases.find((one) => one.name === name);
    await expect(found?.run(() => ({ dispatcher: new Broken() }))).rejects.toThrow(said);
  },
);
