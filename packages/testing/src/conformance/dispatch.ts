import type { Dispatcher, DispatchRequest, LogFields, LogLevel, RunInfo } from '@wf-sdk/core';
import { within } from '../clock/real-time.ts';
import type { DispatchedInput } from './dispatched.ts';
import type { ConformanceSubject } from './conformance.ts';
import { show } from './assert.ts';

/** A dispatcher, and from where it loads what the suites have it make. */
export interface DispatcherSubject extends ConformanceSubject {
  readonly dispatcher: Dispatcher;
  /**
   * The URL of a module that exports `dispatchedWorkflow` of this package, where the dispatcher finds it.
   * @default a file of this package
   */
  readonly module?: string;
}

/** The URL of the module to dispatch, in the sources and as it was built. */
const DISPATCHED: string = import.meta.url.replace(/[^/]+(\.[jt]s)$/, 'dispatched.thread$1');

export const RUN: RunInfo = Object.freeze({
  id: 'r1',
  workflow: 'dispatched',
  version: '1.2.3',
  startedAt: 1_735_689_600_000.5,
  parent: Object.freeze({ run: 'r0', task: 'above', attempt: 2, item: 7 }),
});

/** What has not begun by then, in real time, never will. */
const BEGIN_MS = 15_000;

/** What a case dispatches; the rest is made up. */
export interface Wish extends Partial<Omit<DispatchRequest, 'data' | 'task'>> {
  readonly input?: DispatchedInput;
}

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export type Ending =
  | { readonly type: 'gave'; readonly output: unknown }
  | { readonly type: 'rejected'; readonly error: unknown };

/** One attempt that was dispatched, as its caller sees it. */
export class Dispatched {
  readonly lines: LogLine[] = [];
  readonly ended: Promise<Ending>;
  readonly #controller: AbortController;
  readonly #listeners = new Set<(line: LogLine) => void>();

  constructor(
    { dispatcher, module = DISPATCHED }: DispatcherSubject,
    task: string,
    { input = {}, ...about }: Wish = {},
    controller: AbortController = new AbortController(),
  ) {
    this.#controller = controller;
    const request = {
      module,
      workflow: 'dispatched',
      task,
      attempt: 1,
      item: undefined,
      run: RUN,
      data: { input },
      memoryBytes: undefined,
      env: undefined,
      ...about,
    };
    const log = (level: LogLevel, message: string, fields: LogFields | undefined): void => {
      const line = { level, message, fields };
      this.lines.push(line);
      for (const listener of this.#listeners) listener(line);
    };
    const { signal } = controller;
    this.ended = (async () => dispatcher.dispatch(request, { log }, signal))().then(
      (output): Ending => ({ type: 'gave', output }),
      (error: unknown): Ending => ({ type: 'rejected', error }),
    );
  }

  get messages(): readonly string[] {
    return this.lines.map(({ message }) => message);
  }

  /** Calls back at each line that is heard from now on. */
  listen(listener: (line: LogLine) => void): void {
    this.#listeners.add(listener);
  }

  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Settled when this line was heard. @throws Error when the attempt ends without it, or does not come to it */
  async heard(message: string): Promise<void> {
    const said = this.#said(message);
    if (!(await within(said, BEGIN_MS)))
      throw new Error(`the log of an attempt did not say '${message}' within ${BEGIN_MS} ms`);
    await said;
  }

  #said(message: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!this.messages.includes(message)) return;
        this.#listeners.delete(look);
        resolve();
      };
      this.#listeners.add(look);
      look();
      void this.ended.then((ending) =>
        reject(new Error(`an attempt ended before its log said '${message}': it ${told(ending)}`)),
      );
    });
  }

  /** What it gave. @throws Error when it did not give anything */
  async output(): Promise<unknown> {
    const ending = await this.ended;
    if (ending.type === 'gave') return ending.output;
    throw new Error(`an attempt that should give an output ${told(ending)}`, { cause: ending.error });
  }

  /** What it rejected with. @throws Error when it did not reject */
  async rejection(): Promise<unknown> {
    const ending = await this.ended;
    if (ending.type === 'rejected') return ending.error;
    throw new Error(`an attempt that should be rejected ${told(ending)}`);
  }
}

function told(ending: Ending): string {
  return ending.type === 'gave' ? `gave ${show(ending.output)}` : `was rejected with ${show(ending.error)}`;
}

/** The error a promise rejected with, as an object to look into. @throws Error where it is none */
export function asError(thrown: unknown): Error & Readonly<Record<string, unknown>> {
  if (thrown instanceof Error) return thrown as Error & Readonly<Record<string, unknown>>;
  throw new Error(`what it was rejected with is no Error: ${show(thrown)}`);
}
