import { describe, expect, test } from 'vitest';
import { namingExporter } from './otel-option.ts';

describe('a bare --otel', () => {
  test.for([
    ['run --otel pipeline.ts', 'run --otel=otlp pipeline.ts'],
    ['run pipeline.ts --otel', 'run pipeline.ts --otel=otlp'],
    ['run --otel --json pipeline.ts', 'run --otel=otlp --json pipeline.ts'],
    ['run --otel console pipeline.ts', 'run --otel console pipeline.ts'],
    ['run --otel=console pipeline.ts', 'run --otel=console pipeline.ts'],
    ['run pipeline.ts -- --otel x', 'run pipeline.ts -- --otel x'],
  ] as const)('%s is %s', ([given, meant]) => {
    expect(namingExporter(given.split(' '))).toEqual(meant.split(' '));
  });
});
