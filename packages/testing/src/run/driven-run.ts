import {
  type CancelOptions,
  didYouMean,
  type EventsOptions,
  type Plan,
  run,
  type RunEvent,
  type RunEventOf,
  type RunHandle,
  type RunResult,
  type TaskState,
  type WaitingTask,
} from '@wf-sdk/core';
import type { Pace } from '../clock/pace.ts';
import { paceOf, type VirtualClock } from '../clock/virtual-clock.ts';
import { Decider } from './decisions.ts';
import { Driver } from './driver.ts';
import type { LooseOptions } from './loose-options.ts';
import { prepare } from './prepare.ts';
import { Sender } from './signals.ts';
import { States } from './states.ts';
import { stuckError } from './stuck.ts';
import { TestKitError } from './test-kit-error.ts';
import type { EventMatch } from './test-options.ts';
import type { TestResult, TestRun } from './test-handle.ts';

/** Ties a run to its clock, to what the test waits for, and to what was said that a person decides. */
export class DrivenRun implements TestRun {
  readonly clock: VirtualClock;
  readonly plan: Plan;
  readonly told: RunEvent[] = [];
  readonly #handle: RunHandle<RunResult>;
  readonly #pace: Pace;
  readonly #driver: Driver;
  readonly #states = new States();
  readonly #decider: Decider;
  readonly #sender: Sender;
  #isOver = false;
  readonly #result: Promise<TestResult>;
  readonly #startedAt: number;
  #cancelOn: EventMatch | undefined;

  constructor(workflow: unknown, options: LooseOptions) {
    const {
      workflow: prepared,
      plan,
      clock,
      options: runOptions,
    } = prepare(workflow, options, (task) => this.#driver.fail(unstubbed(task)));
    this.clock = clock;
    this.plan = plan;
    this.#pace = paceOf(clock);
    this.#startedAt = clock.now();
    this.#decider = new Decider(options.decisions ?? {});
    this.#sender = new Sender(options.signals ?? {}, {
      isWaiting: (task) => !this.#isOver && this.#states.of(task).state === 'waiting',
      send: (name, value) => this.signal(name, value),
      setTimer: (delayMs, callback) => void this.#pace.setTimer(delayMs, callback),
      failed: (error) => this.#driver.fail(error),
    });
    this.#cancelOn = options.cancelOn;
    this.#driver = new Driver({
      pace: this.#pace,
      advances: options.autoAdvance ?? true,
      stuck: () => this.#stuck(options),
      abandon: () => void this.#handle.cancel(undefined, { force: true }),
    });
    const observers = [(event: RunEvent) => this.#hear(event), ...(options.observers ?? [])];
    this.#handle = run(prepared, options.input, { ...runOptions, observers });
    this.#result = this.#handle.result.then((result) => {
      this.#isOver = true;
      this.#driver.end();
      this.#pace.poke();
      return this.#withHappened(result, options.seed);
    });
    void this.#driver.drive();
  }

  get traceId(): string | undefined {
    return this.#handle.traceId;
  }

  get id(): string {
    return this.#handle.id;
  }

  get result(): Promise<TestResult> {
    return this.#driver.awaited(this.#result);
  }

  get waiting(): readonly WaitingTask[] {
    return this.#handle.waiting;
  }

  get children(): readonly RunHandle<RunResult>[] {
    return this.#handle.children;
  }

  events(options?: EventsOptions): AsyncIterableIterator<RunEvent> {
    return this.#handle.events(options);
  }

  on<Type extends RunEvent['type'] | '*'>(
    type: Type,
    listener: (event: RunEventOf<Type>) => void,
  ): () => void {
    return this.#handle.on(type, listener);
  }

  cancel(reason?: unknown, options?: CancelOptions): Promise<TestResult> {
    void this.#handle.cancel(reason, options);
    return this.result;
  }

  approve(task: string, value: unknown): void {
    this.#handle.approve(task, value);
  }

  retry(task: string): void {
    this.#handle.retry(task);
  }

  skip(task: string): void {
    this.#handle.skip(task);
  }

  fail(task: string, error?: Error): void {
    this.#handle.fail(task, error);
  }

  signal(name: string, value: unknown, options?: { readonly by?: string }): void {
    this.#handle.signal(name, value, options);
    this.#pace.poke();
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a run is how its result is read
  then<A = TestResult, B = never>(
    onResult?: ((result: TestResult) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result.then(onResult, onError);
  }

  until(task: string, state: TaskState): Promise<void> {
    if (!this.plan.indexOf.has(task)) {
      const hint = didYouMean(task, this.plan.indexOf.keys());
      return Promise.reject(new TestKitError(`workflow '${this.plan.id}' has no task '${task}'${hint}`));
    }
    return this.#driver.awaited(this.#reaches(task, state));
  }

  async #reaches(task: string, state: TaskState): Promise<void> {
    while (!this.#states.takeReached(task, state)) {
      if (this.#isOver) throw new TestKitError(neverWas(task, state, this.#states.of(task).state));
      await this.#pace.somethingHappens();
    }
  }

  #hear(event: RunEvent): void {
    this.told.push(event);
    if (event.run === this.id) {
      this.#states.hear(event);
      if (event.type === 'task.waiting' && event.for === 'approval')
        this.#pace.yieldTurn(() => this.#decide(event.task));
      if (event.type === 'task.waiting' && event.signal !== undefined) {
        const { task, signal } = event;
        this.#pace.yieldTurn(() => this.#sender.answer(task, signal));
      }
      if (this.#cancelOn !== undefined && isMatch(event, this.#cancelOn)) this.#cancelSoon();
    }
    this.#pace.poke();
  }

  /** An observer is told while the run is in the middle of something. */
  #cancelSoon(): void {
    this.#cancelOn = undefined;
    queueMicrotask(() => void this.#handle.cancel('cancelOn'));
  }

  #decide(task: string): void {
    if (!this.waiting.some((waiting) => waiting.task === task)) return;
    try {
      this.#decider.decide(task, this.#handle);
    } catch (error) {
      this.#driver.fail(error as Error);
    }
  }

  #stuck(options: LooseOptions): TestKitError {
    const { nextDueAt, now, patienceMs } = this.#pace;
    return stuckError({
      plan: this.plan,
      states: this.#states,
      handle: this.#handle,
      options,
      elapsedMs: now - this.#startedAt,
      patienceMs,
      timerInMs: options.autoAdvance !== false || nextDueAt === undefined ? undefined : nextDueAt - now,
    });
  }

  #withHappened(result: RunResult, seed: number | undefined): TestResult {
    return Object.assign(result, {
      events: this.told,
      starts: this.#states.starts,
      elapsedMs: result.endedAt - this.#startedAt,
      seed,
      plan: this.plan,
    });
  }
}

function isMatch(event: RunEvent, match: EventMatch): boolean {
  return Object.entries(match).every(([key, value]) => event[key as keyof RunEvent] === value);
}

function unstubbed(task: string): TestKitError {
  return new TestKitError(
    `task '${task}' was about to run a handler of its own, and onUnstubbed is 'error': give it a stub`,
  );
}

function neverWas(task: string, state: TaskState, now: TaskState): string {
  return `the run has ended, and task '${task}' was not ${state}: it is ${now}`;
}
