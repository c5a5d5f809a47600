import { isWorkflowError } from '@wf-sdk/core';
import { assert, assertSame, show } from './assert.ts';
import type { Rule } from './conformance.ts';
import { asError, Dispatched, type DispatcherSubject, type Wish } from './dispatch.ts';

const REJECTS = 'Dispatcher: the promise gives the handler’s output or rejects with its error';
const NAMES = 'An error says what could not be found, and for which task';

/** How a dispatcher reports what goes wrong. */
export const dispatcherErrors: readonly Rule<DispatcherSubject>[] = [
  {
    name: 'rejects with the handler’s error: name, message, cause and properties',
    why: `${REJECTS}. One of a class of the user’s arrives as the nearest built-in one, with its name, message, code and properties`,
    async check(subject) {
      const error = asError(await new Dispatched(subject, 'fail', { input: { kind: 'user' } }).rejection());
      const { name, message, cause, code, status } = error;
      assertSame(
        { name, message, code, status },
        { name: 'HttpError', message: 'busy', code: 'E_BUSY', status: 503 },
        'the error',
      );
      assert(error instanceof TypeError, 'the error extended TypeError, and does not any more');
      assert(
        cause instanceof RangeError && cause.message === 'below',
        `the cause was a RangeError, 'below', and is ${show(cause)}`,
      );
    },
  },
  {
    name: 'rejects with an error of wf-sdk as one',
    why: `${REJECTS}. By its code it is decided whether there is another attempt`,
    async check(subject) {
      const error = asError(await new Dispatched(subject, 'fail', { input: { kind: 'final' } }).rejection());
      assert(isWorkflowError(error), `isWorkflowError does not know ${show(error)} any more`);
      const { name, message, code, cause } = error;
      const expected = { name: 'NonRetryableError', message: 'no use', code: 'non_retryable' };
      assertSame({ name, message, code }, expected, 'the error');
      assertSame(asError(cause).message, 'below', 'the message of its cause');
    },
  },
  {
    name: 'rejects with the errors that one stands for',
    why: REJECTS,
    async check(subject) {
      const error = asError(await new Dispatched(subject, 'fail', { input: { kind: 'many' } }).rejection());
      const { errors } = error as { readonly errors?: unknown };
      assert(Array.isArray(errors), 'an AggregateError arrived without its errors');
      assertSame(
        errors.map((one) => asError(one).message),
        ['one', 'two'],
        'the messages of its errors',
      );
    },
  },
  {
    name: 'rejects with what was thrown where that is no Error',
    why: REJECTS,
    async check(subject) {
      const thrown = await new Dispatched(subject, 'fail', { input: { kind: 'text' } }).rejection();
      assertSame(thrown, 'text', 'what it was rejected with');
    },
  },
  missing('names a module that cannot be loaded', 'echo', 'no-such-module', {
    module: new URL('no-such-module.js', import.meta.url).href,
  }),
  missing('names a workflow that the module does not export', 'echo', 'no-such-workflow', {
    workflow: 'no-such-workflow',
  }),
  missing('names a task that the workflow does not have', 'no-such-task', 'no-such-task', {}),
];

function missing(name: string, task: string, named: string, wish: Wish): Rule<DispatcherSubject> {
  return {
    name,
    why: NAMES,
    async check(subject) {
      const { message } = asError(await new Dispatched(subject, task, wish).rejection());
      for (const part of [named, task])
        assert(message.includes(part), `the error does not name '${part}': ${message}`);
      const next = await new Dispatched(subject, 'echo', { input: { value: 1 } }).output();
      assertSame(next, 1, 'the output of the attempt after it');
    },
  };
}
