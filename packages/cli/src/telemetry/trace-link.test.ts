import { describe, expect, test } from 'vitest';
import { incomingTraceparent, traceOf, traceText } from './trace-link.ts';

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
    expect(traceText({ traceId: 'abc', traceSampled: true }, env)).toBe(text);
  });
});

test.for([
  ['01', true],
  ['03', true],
  ['00', false],
  ['02', false],
] as const)('a trace with the flags %s has no link where it is not sampled', ([flags, traceSampled]) => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const trace = traceOf(`00-${traceId}-00f067aa0ba902b7-${flags}`);
  expect(trace).toEqual({ traceId, traceSampled });
  expect(traceText(trace, { WF_TRACE_URL: 'http://at/{traceId}' })).toBe(
    traceSampled
      ? `trace ${traceId}  http://at/${traceId}`
      : `trace ${traceId} (not sampled: nothing of it was sent)`,
  );
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
