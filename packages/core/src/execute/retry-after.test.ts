import { describe, expect, test } from 'vitest';

import { drive, flowOf } from '../../test/kit.ts';
import { retryAfterOfResponse } from './retry-after.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const failing = (properties: object): Error => Object.assign(new Error('HTTP'), properties);
const asked = (error: object): number | undefined => retryAfterOfResponse(error, NOW);

/** As of axios: names in any case, read by a method, but the headers are properties too. */
class ClientHeaders {
  readonly 'Retry-After': string;
  constructor(value: string) {
    this['Retry-After'] = value;
  }
  get(name: string): string | undefined {
    return name.toLowerCase() === 'retry-after' ? this['Retry-After'] : undefined;
  }
}

describe('what a response asks to wait', () => {
  test.each<[string, object]>([
    [
      'fetch, in an error of the user',
      { response: new Response(null, { status: 429, headers: { 'Retry-After': '7' } }) },
    ],
    [
      'fetch, where the response itself is thrown',
      new Response(null, { status: 503, headers: { 'retry-after': '7' } }),
    ],
    ['axios', { status: 429, response: { status: 429, headers: new ClientHeaders('7') } }],
    ['axios, without its own headers', { response: { status: 429, headers: { 'retry-after': '7' } } }],
    ['undici', { statusCode: 503, headers: { 'retry-after': '7' } }],
    ['undici, with a header given twice', { statusCode: 503, headers: { 'retry-after': ['7', '9'] } }],
    ['got', { response: { statusCode: 429, headers: { 'retry-after': '7' } } }],
    ['a client of a cloud', { status: 429, headers: { 'Retry-After': 7 } }],
    [
      'a client with its status outside and its headers in the response',
      { status: 429, response: { headers: { 'retry-after': ' 7 ' } } },
    ],
  ])('is found in the errors of %s', (_, error) => {
    expect(asked(error instanceof Response ? error : failing(error))).toBe(7_000);
  });

  test('is a number of seconds or a date', () => {
    const after = (value: string): number | undefined =>
      asked(failing({ status: 429, headers: { 'retry-after': value } }));
    expect([after('0'), after('1.5'), after('120')]).toEqual([0, 1_500, 120_000]);
    expect(after(new Date(NOW + 90_000).toUTCString())).toBe(90_000);
    expect(after('Friday, 20-Nov-26 12:00:05 GMT')).toBe(5_000);
    expect(after(new Date(NOW - 90_000).toUTCString())).toBe(0);
  });

  test('is nothing where it makes no sense, is not said, or another status says it', () => {
    for (const value of ['', 'soon', '-5', '5s', 'Friday', '1, 2'])
      expect(asked(failing({ status: 429, headers: { 'retry-after': value } })), value).toBeUndefined();
    for (const status of [200, 301, 500, 502, '429'])
      expect(asked(failing({ status, headers: { 'retry-after': '5' } }))).toBeUndefined();
    for (const properties of [
      {},
      { status: 429 },
      { status: 429, headers: null },
      { response: 'text' },
      { status: 503, headers: { 'retry-after': {} } },
    ])
      expect(asked(failing(properties))).toBeUndefined();
  });
});

test('the wait before the next attempt is what the response asks for, beyond maxDelay too', async () => {
  const starts: number[] = [];
  const { clock, end } = drive(
    flowOf([
      {
        id: 'a',
        retry: { attempts: 4, delay: 10, maxDelay: 20, backoff: 'constant' },
        handler: (_: never, { attempt }) => {
          starts.push(clock.elapsedMs);
          if (attempt === 1)
            throw failing({ response: new Response(null, { status: 429, headers: { 'retry-after': '3' } }) });
          if (attempt === 2)
            throw failing({
              statusCode: 503,
              headers: { 'retry-after': new Date(clock.now() + 60_000).toUTCString() },
            });
          if (attempt === 3) throw failing({ status: 500, headers: { 'retry-after': '3' } });
        },
      },
    ]),
  );
  await end();
  expect(starts).toEqual([0, 3_000, 63_000, 63_010]);
});
