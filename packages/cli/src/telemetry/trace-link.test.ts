import { describe, expect, test } from 'vitest';
import { incomingTraceparent, traceText } from './trace-link.ts';

describe('how a trace is named', () => {
  test.for([
    ['by its ID', {}, 'trace abc'],
    [
      'with a link',
      { WF_TRACE_URL: 'http://at/{traceId}/x?of={traceId}' },
      'trace abc  http://at/abc/x?of=abc',
    ],
    [
      'with a reason why there is no link',
      { WF_TRACE_URL: 'http://at/' },
      "trace abc (no link: WF_TRACE_URL has to have {traceId} where the trace's ID belongs)",
    ],
  ] as const)('%s', ([, env, text]) => {
    expect(traceText('abc', env)).toBe(text);
  });
});

describe('the parent that the environment names', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

  test('is taken as it is', () => {
    const parent = `00-${trace}-00f067aa0ba902b7-01`;
    expect(incomingTraceparent({ TRACEPARENT: parent })).toBe(parent);
  });

  test.for([
    undefined,
    '',
    'none',
    `00-${trace}-00f067aa0ba902b7`,
    `ff-${trace}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${trace}-0000000000000000-01`,
  ])('is none where it is %s', (parent) => {
    expect(incomingTraceparent({ TRACEPARENT: parent })).toBeUndefined();
  });
});
