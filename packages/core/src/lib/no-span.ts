import type { Span, SpanContext } from '@opentelemetry/api';

/** A span that only names where it belongs: nothing that it is told is kept. */
export class NoSpan implements Span {
  readonly #context: SpanContext;

  constructor(context: SpanContext = NOWHERE) {
    this.#context = context;
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  isRecording(): boolean {
    return false;
  }

  recordException(): void {
    // Nobody records it.
  }

  end(): void {
    // It never began.
  }
}

const NOWHERE: SpanContext = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };

/** What handlers read as their span where nobody traces the run. */
export const NO_SPAN: Span = new NoSpan();
