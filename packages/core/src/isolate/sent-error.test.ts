import { describe, expect, test } from 'vitest';
import {
  DefinitionError,
  isRetryable,
  isWorkflowError,
  NonRetryableError,
  RetryAfterError,
  ValidationError,
} from '../model/error.ts';
import { receiveError, sendError } from './sent-error.ts';

function sent<T>(thrown: T): T {
  return receiveError(structuredClone(sendError(thrown))) as T;
}

class HttpError extends TypeError {
  override readonly name = 'HttpError';
  readonly status = 503;
  readonly request = (): void => undefined;
}

describe('an error arrives', () => {
  test('with name, message, stack and cause, and no properties that it did not have', () => {
    const error = new Error('plain', { cause: new RangeError('below') });
    const arrived = sent(error);
    expect(arrived).toMatchObject({ name: 'Error', message: 'plain', cause: { message: 'below' } });
    expect(arrived.stack).toBe(error.stack);
    expect(arrived.cause).toBeInstanceOf(RangeError);
    expect(Object.keys(arrived)).toEqual([]);
    expect(String(arrived)).toBe('Error: plain');
    expect(sent(new Error('no cause'))).not.toHaveProperty('cause');
  });

  test('with what Node says of it', () => {
    const arrived = sent(Object.assign(new Error('no such file'), { code: 'ENOENT', errno: -2 }));
    expect(arrived).toMatchObject({ code: 'ENOENT', errno: -2 });
    expect(sent(AbortSignal.abort().reason as Error)).toMatchObject({ name: 'AbortError', code: 20 });
  });

  test('of a user’s class as the nearest of JavaScript’s, with its name and what can be sent of it', () => {
    const arrived = sent(new HttpError('busy'));
    expect(arrived).toBeInstanceOf(TypeError);
    expect(arrived).toMatchObject({ name: 'HttpError', message: 'busy', status: 503 });
    expect(arrived).not.toHaveProperty('request');
  });

  test('with the errors that it stands for', () => {
    const arrived = sent(new AggregateError([new Error('one'), 'two'], 'several'));
    expect(arrived).toBeInstanceOf(AggregateError);
    expect(arrived.errors).toEqual([new Error('one'), 'two']);
  });

  test('once, however many ways lead to it', () => {
    let error = new Error('first');
    for (let level = 0; level < 40; level++) error = new AggregateError([error], 'next', { cause: error });
    const arrived = sent(error) as AggregateError;
    expect(arrived.cause).toBeInstanceOf(AggregateError);
    expect(arrived.errors).toEqual([arrived.cause]);
    expect(arrived.errors[0]).toBe(arrived.cause);
  });

  test('cut where it is its own cause', () => {
    const error = new Error('round');
    error.cause = new Error('and round', { cause: error });
    expect(sent(error)).toMatchObject({ cause: { message: 'and round' } });
    expect(sent(error).cause).not.toHaveProperty('cause');
  });
});

describe('an error of our family arrives as one of it', () => {
  test('a final one stays final', () => {
    class Fatal extends NonRetryableError {}
    const arrived = sent(new Fatal('no use'));
    expect(arrived).toBeInstanceOf(NonRetryableError);
    expect(arrived).toMatchObject({ name: 'Fatal', code: 'non_retryable' });
    expect([isWorkflowError(arrived), isRetryable(arrived)]).toEqual([true, false]);
  });

  test('with what it says beside its message', () => {
    const at = new Date(5);
    expect(sent(new RetryAfterError('slow down', at))).toMatchObject({ retryAfter: at });
    const issues = [{ path: ['a', 0], message: 'too small' }];
    const invalid = sent(new ValidationError('the row', 'output_invalid', issues));
    expect(invalid).toBeInstanceOf(ValidationError);
    expect(invalid).toMatchObject({ code: 'output_invalid', issues });
    const diagnostics = [{ code: 'cycle', message: 'round and round' }] as const;
    expect(sent(new DefinitionError('w', diagnostics))).toMatchObject({ diagnostics });
  });
});

test.each([['text'], [undefined], [null], [5n]])('what is no error arrives as it is: %s', (value) => {
  expect(sent(value)).toBe(value);
});

test('what is no error and cannot be sent arrives as text', () => {
  const thrown: unknown = () => 1;
  expect(sent(thrown)).toBe('() => 1');
});
