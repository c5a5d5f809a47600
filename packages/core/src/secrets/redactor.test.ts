import { describe, expect, test } from 'vitest';
import { findSecret } from './find-secret.ts';
import { redact } from './redact.ts';
import { Redactor } from './redactor.ts';

const redactor = new Redactor(
  new Map([
    ['A', 'correct horse battery'],
    ['B', 'correct horse'],
    ['PIN', '123'],
    ['ID', '9007199254740993'],
    ['secret', 'secret B'],
  ]),
);

describe('a text', () => {
  test.each([
    ['nothing to see', 'nothing to see'],
    ['correct horse battery', '[secret A]'],
    ['the correct horse; correct horse battery!', 'the [secret B]; [secret A]!'],
    ['correct%20horse or correct+horse', '[secret B] or [secret B]'],
    ['of 123 pins', 'of 123 pins'],
    [Buffer.from('user:correct horse').toString('base64'), 'dXNlcjp[secret B]'],
    ['x [secret A] y [secret B]', 'x [secret A] y [secret B]'],
    ['a cut one: "correct hor..." is bad', 'a cut one: "[secret A]..." is bad'],
    ['…"horse battery stap…', '…"[secret A] stap…'],
    ['and then ... corr…', 'and then ... corr…'],
  ])('%s', (text, clean) => {
    expect(redactor.text(text)).toBe(clean);
    expect(redactor.text(clean)).toBe(clean);
  });

  test('with a line of a value of several is clean, too', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n9w0BAQEFAASCBKcwggSj\n-----END KEY-----\n';
    const keys = new Redactor(new Map([['KEY', key]]));
    expect(keys.text(`bad key: 9w0BAQEFAASCBKcwggSj`)).toBe('bad key: [secret KEY]');
    expect(keys.text(key + JSON.stringify(key.trim()))).toBe('[secret KEY]"[secret KEY]"');
    expect(keys.text('-----BEGIN KEY-----')).toBe('-----BEGIN KEY-----');
  });

  test('is as it is where no value is long enough', () => {
    const short = new Redactor(new Map([['PIN', '123']]));
    expect([short.text('123…'), short.find('123')]).toEqual(['123…', undefined]);
  });
});

class Request {
  readonly #token = 'correct horse';
  readonly url = 'https://h';

  toJSON(): object {
    return { url: this.url, token: this.#token };
  }
}

describe('a value', () => {
  test('without secrets is itself', () => {
    const loop: Record<string, unknown> = {
      rows: [1, 'x', new Date(0), null, undefined, Symbol('s'), () => 1],
    };
    loop['again'] = loop;
    expect(redact(loop, redactor)).toBe(loop);
  });

  test('with secrets is copied, and what leads back to itself is cut', () => {
    const loop: Record<string, unknown> = {
      ok: { a: 1 },
      'correct horse': [new Set(['correct horse', 9_007_199_254_740_993n])],
    };
    loop['again'] = loop;
    expect(redact(loop, redactor)).toEqual({
      ok: { a: 1 },
      '[secret B]': [new Set(['[secret B]', '[secret ID]'])],
      again: '[circular]',
    });
    expect(Object.keys(loop)).toContain('correct horse');
  });

  test.each([
    ['rows[1].key', { rows: [0, { key: 'correct horse' }] }],
    [`.get('k')["a b"]`, new Map([['k', { 'a b': 'correct horse' }]])],
    ['.value()', new Set(['correct horse'])],
    ['.cause.message', new Error('x', { cause: new Error('correct horse') })],
    ['', Buffer.from('{"a":"correct horse"}')],
    ['', new URL('https://h/?q=correct%20horse')],
    ['.toJSON().token', new Request()],
    ['', 'correct horse'],
    ['', { 'correct horse': 1 }],
  ])('is found to have one at v%s', (path, value) => {
    expect(findSecret(value, 'v', redactor)).toEqual({
      secret: 'B',
      path: path.startsWith('rows') ? `v.${path}` : `v${path}`,
    });
  });

  test('can be nested deeper than functions call each other', () => {
    let deep: unknown = 'correct horse';
    for (let depth = 0; depth < 50_000; depth++) deep = [deep];
    expect(findSecret(deep, 'v', redactor)?.secret).toBe('B');
    expect(JSON.stringify(redact(deep, redactor))).toContain('[nested too deep]');
  });

  test('of a class is shown as JSON shows it', () => {
    expect(redact({ request: new Request() }, redactor)).toEqual({
      request: { url: 'https://h', token: '[secret B]' },
    });
  });
});

describe('an error', () => {
  test('stays the same object, and its class', () => {
    const error = Object.assign(new RangeError('correct horse', { cause: 'correct horse' }), {
      to: { key: 'correct horse' },
    });
    expect(redact(error, redactor)).toBe(error);
    expect(error).toMatchObject({ message: '[secret B]', cause: '[secret B]', to: { key: '[secret B]' } });
    expect(error.stack).toMatch(/^RangeError: \[secret B\]\n/);
    expect(Object.keys(error)).toEqual(['to']);
  });

  test('that cannot be changed is made again', () => {
    const error = Object.freeze(new RangeError('correct horse'));
    const clean = redact(error, redactor) as Error;
    expect(clean).not.toBe(error);
    expect(clean).toBeInstanceOf(RangeError);
    expect([clean.message, clean.stack?.split('\n')[0]]).toEqual(['[secret B]', 'RangeError: [secret B]']);
  });

  test('may be one of many, or of the platform', () => {
    const many = new AggregateError([new Error('correct horse')], 'several');
    many.cause = many;
    expect((redact(many, redactor) as AggregateError).errors[0]).toMatchObject({ message: '[secret B]' });
    const platform = redact(new DOMException('correct horse', 'AbortError'), redactor) as Error;
    expect([platform.name, platform.message]).toEqual(['AbortError', '[secret B]']);
  });
});
