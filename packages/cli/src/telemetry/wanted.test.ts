import { describe, expect, test } from 'vitest';
import { wantedTelemetry } from './wanted.ts';

describe('what telemetry is wanted', () => {
  const all = { traces: ['otlp'], metrics: ['otlp'], logs: ['otlp'] };
  const none = { traces: [], metrics: [], logs: [] };

  test.for([
    ['nothing is said', undefined, {}, undefined],
    ['--otel is', 'otlp', {}, all],
    ['a collector is named', undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://there' }, all],
    [
      'a collector of one signal is named',
      undefined,
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://there' },
      { ...none, traces: ['otlp'] },
    ],
    ['an exporter of one signal is', undefined, { OTEL_LOGS_EXPORTER: 'otlp' }, { ...none, logs: ['otlp'] }],
    ['--otel console is', 'console', {}, { ...none, traces: ['console'], metrics: ['console'] }],
    [
      '--otel console is, where a collector is named',
      'console',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://there', OTEL_LOGS_EXPORTER: 'otlp' },
      { ...none, traces: ['console'], metrics: ['console'] },
    ],
    ['a signal is left out', 'otlp', { OTEL_METRICS_EXPORTER: 'none' }, { ...all, metrics: [] }],
    ['a signal is left out, and nothing else is said', undefined, { OTEL_LOGS_EXPORTER: 'none' }, undefined],
    [
      'a signal goes to two places',
      undefined,
      { OTEL_TRACES_EXPORTER: ' console, otlp ' },
      { ...none, traces: ['console', 'otlp'] },
    ],
    ['a variable is empty', undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, undefined],
    ['it is disabled', 'otlp', { OTEL_SDK_DISABLED: 'TRUE' }, undefined],
    ['it is not disabled', 'otlp', { OTEL_SDK_DISABLED: 'false' }, all],
  ] as const)('where %s', ([, flag, env, wanted]) => {
    expect(wantedTelemetry(flag, env)).toEqual(wanted);
  });

  test('is not guessed from an exporter that is not known', () => {
    expect(() => wantedTelemetry(undefined, { OTEL_METRICS_EXPORTER: 'prometheus' })).toThrow(
      "OTEL_METRICS_EXPORTER: there is no exporter 'prometheus' here, only otlp, console and none",
    );
  });
});
