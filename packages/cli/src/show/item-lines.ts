import type { RunEvent } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { formatDuration, headline } from './format.ts';
import { markOf } from './marks.ts';
import { attemptPhrase, progressPhrase } from './phrases.ts';
import { nameOf, type RunView } from './run-view.ts';
import type { TaskView } from './task-view.ts';

/** So many lines tell of failures of a task's single items … */
const TOLD = 10;
/** … and so often is said how far they have come. */
const PROGRESS_MS = 5_000;

/** The lines about the items of fanned-out tasks. There may be a million: not each gets one. */
export class ItemLines {
  readonly #colours: Colors;
  readonly #told = new WeakMap<TaskView, number>();
  readonly #progressAt = new WeakMap<TaskView, number>();

  constructor(colours: Colors) {
    this.#colours = colours;
  }

  line(event: RunEvent, run: RunView): string | undefined {
    if (event.type === 'attempt.started') return this.#first(event, run);
    if (event.type === 'item.succeeded') return this.#progress(event, run);
    if (event.type === 'item.failed')
      return this.#failure('failed', event, run, headline(event.error)) ?? this.#progress(event, run);
    if (event.type !== 'attempt.failed' || event.item === undefined || event.retryInMs === undefined)
      return undefined;
    const all = run.task(event.task).definition?.retry?.attempts;
    const phrase = `${attemptPhrase(event.attempt, all)} failed, next in ${formatDuration(event.retryInMs)}`;
    return this.#failure('retrying', event, run, `${phrase}: ${headline(event.error)}`);
  }

  /** The task's own line, with its first item. */
  #first(
    { task, item, attempt, at }: Extract<RunEvent, { type: 'attempt.started' }>,
    run: RunView,
  ): string | undefined {
    const view = run.task(task);
    if (item === undefined || attempt > 1 || view.items?.started !== 1) return undefined;
    this.#progressAt.set(view, at);
    return `${markOf('running', this.#colours)} ${run.prefix}${task}`;
  }

  #failure(
    what: 'failed' | 'retrying',
    { task, item }: { readonly task: string; readonly item?: number },
    run: RunView,
    phrase: string,
  ): string | undefined {
    const view = run.task(task);
    const told = (this.#told.get(view) ?? 0) + 1;
    this.#told.set(view, told);
    if (told <= TOLD) return `${markOf(what, this.#colours)} ${run.prefix}${nameOf(task, item)}  ${phrase}`;
    if (told > TOLD + 1) return undefined;
    return `${markOf(what, this.#colours)} ${run.prefix}${task}  more failures of its items are only counted from here on`;
  }

  #progress({ task, at }: { readonly task: string; readonly at: number }, run: RunView): string | undefined {
    const view = run.task(task);
    if (view.items === undefined || at - (this.#progressAt.get(view) ?? at) < PROGRESS_MS) return undefined;
    this.#progressAt.set(view, at);
    return `${markOf('running', this.#colours)} ${run.prefix}${task}  ${progressPhrase(view.items)}`;
  }
}
