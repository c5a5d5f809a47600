import { describe, expect, test } from 'vitest';
import { isNotTaken, lossLines, reasonOf } from './channel.ts';

const failed = (message: string, code?: unknown): Error => Object.assign(new Error(message), { code });

describe('what was lost', () => {
  test('is nothing to speak of where nothing was', () => {
    expect(lossLines([], 3_000)).toEqual([]);
  });

  test('is one line, with the reason that is known', () => {
    const spans = { what: '2 of 3 spans', endpoint: 'http://a', reason: undefined };
    const metrics = { what: 'metrics', endpoint: 'http://b', reason: 'it answers 500' };
    expect(lossLines([spans, { ...spans, what: '1 of 1 log records' }], 3_000)).toEqual([
      'OpenTelemetry: 2 of 3 spans and 1 of 1 log records were not sent to http://a: no answer within 3 s (WF_OTEL_TIMEOUT). The run itself is not affected.',
    ]);
    expect(lossLines([spans, metrics], 3_000)).toEqual([
      'OpenTelemetry: 2 of 3 spans and metrics were not sent to http://a and http://b: it answers 500. The run itself is not affected.',
    ]);
  });
});

test.for([
  [failed('Internal Server Error', 500), 'it answers 500 Internal Server Error'],
  [failed('', 503), 'it answers 503'],
  [failed('', 'ECONNREFUSED'), 'nothing listens there'],
  [
    failed('14 UNAVAILABLE: No connection. Last error: connect ECONNREFUSED ::1', 14),
    'nothing listens there',
  ],
  [failed('16 UNAUTHENTICATED: who are you?\nat …', 16), '16 UNAUTHENTICATED: who are you?'],
  [
    failed('Parse Error: Expected HTTP/, RTSP/ or ICE/', 'HPE_INVALID_CONSTANT'),
    'it does not speak HTTP; if it is gRPC: OTEL_EXPORTER_OTLP_PROTOCOL=grpc',
  ],
  [failed('socket hang up', 'ECONNRESET'), 'it closes the connection without an answer'],
  [failed('', 'EPIPE'), 'EPIPE'],
  [failed(''), 'Error'],
] as const)('%o is told as "%s"', ([error, reason]) => {
  expect(reasonOf(error)).toBe(reason);
});

test('a collector that has no such service says so in its own way', () => {
  expect([failed('', 404), failed('', 12), failed('', 500), undefined].map(isNotTaken)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
