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

  test.for(['run pipeline.ts --otel nope', 'run --otel nope pipeline.ts'])(
    '%s names no destination',
    (given) => {
      expect(() => namingExporter(given.split(' '))).toThrow(
        "--otel takes otlp, which is the default, or console, and not 'nope'",
      );
    },
  );

  test('may stand before the run to go on with', () => {
    expect(namingExporter(['resume', '--otel', 'latest'])).toEqual(['resume', '--otel=otlp', 'latest']);
  });
});
