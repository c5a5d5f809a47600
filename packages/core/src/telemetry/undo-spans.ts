import type { Context, SpanContext, Tracer } from '@opentelemetry/api';
import type { TaskEvent } from '../model/event.ts';
import type { Attributes } from './attributes.ts';
import { OpenSpan } from './unit-span.ts';

export type UndoEvent = Extract<TaskEvent, { readonly type: `compensation.${string}` }>;

/** The spans of what is being undone: one for each attempt of that. */
export class UndoSpans {
  readonly #tracer: Tracer;
  readonly #open = new Map<string, OpenSpan>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  of(task: string, item: number | undefined): OpenSpan | undefined {
    return this.#open.get(keyOf(task, item));
  }

  /**
   * @param parent Of the run.
   * @param identity What says which run and task it is.
   * @param done What names the span of the task that is undone.
   */
  observe(event: UndoEvent, parent: Context, identity: Attributes, done: SpanContext | undefined): void {
    const { task, item, attempt, at } = event;
    const key = keyOf(task, item);
    if (event.type === 'compensation.started') {
      const attributes: Attributes = {
        ...identity,
        'workflow.task.attempt': attempt,
        ...(item !== undefined && { 'workflow.task.item': item }),
      };
      const links = done === undefined ? undefined : [{ context: done }];
      const start = { parent, at, attributes, links };
      this.#open.set(key, new OpenSpan(this.#tracer, 'workflow.compensate', task, start));
      return;
    }
    const span = this.#open.get(key);
    if (event.type === 'compensation.failed') span?.failed(event.error, at);
    span?.end(at);
    this.#open.delete(key);
  }

  /** This process leaves the run, or can keep it no more: what it was undoing then is undone elsewhere. */
  leave(at: number): void {
    for (const span of this.#open.values()) span.end(at);
  }
}

export function isUndoing(event: TaskEvent): event is UndoEvent {
  return event.type.startsWith('compensation.');
}

function keyOf(task: string, item: number | undefined): string {
  return item === undefined ? task : `${task}[${item}]`;
}
