import { afterAll } from 'vitest';

import type { Dispatching, ThreadDispatcherOptions } from '../../src/isolate/dispatcher.ts';
import type { RunInfo } from '../../src/model/context.ts';
import type { DispatchObserver, DispatchRequest } from '../../src/model/ports.ts';
import { buildModule, createTestDispatcher } from './build.ts';

export const RUN: RunInfo = { id: 'r1', workflow: 'threads', version: '1.0.0', startedAt: 5 };

/** What is dispatched; the rest is made up. */
export interface Dispatched extends Partial<Omit<DispatchRequest, 'data'>> {
  readonly task: string;
  readonly input?: object | undefined;
  readonly signal?: AbortSignal;
  readonly log?: (...line: readonly unknown[]) => void;
  readonly measure?: DispatchObserver['measure'];
}

export interface Threads {
  readonly dispatcher: Dispatching;
  readonly dispatch: (dispatched: Dispatched) => Promise<unknown>;
  /** What it rejects with. */
  readonly failure: (dispatched: Dispatched) => Promise<Error>;
}

const opened: Dispatching[] = [];
const pipelines = new Map<string, Promise<string>>();

/** A module of this folder, built. */
export function pipeline(name: string): Promise<string> {
  let built = pipelines.get(name);
  if (built === undefined) {
    built = buildModule(new URL(name, import.meta.url).href);
    pipelines.set(name, built);
  }
  return built;
}

/** Threads that are closed when the test file has ended. */
export async function openThreads(options: ThreadDispatcherOptions = {}): Promise<Threads> {
  const module = await pipeline('pipeline.ts');
  const dispatcher = await createTestDispatcher(options);
  opened.push(dispatcher);
  const dispatch = ({ input, signal, log, measure, ...about }: Dispatched): Promise<unknown> => {
    const request = {
      module,
      workflow: 'threads',
      attempt: 1,
      item: undefined,
      run: RUN,
      data: { input },
      memoryBytes: undefined,
      env: undefined,
      ...about,
    };
    const ignore = (): void => undefined;
    const observer = { log: log ?? ignore, ...(measure !== undefined && { measure }) };
    return dispatcher.dispatch(request, observer, signal ?? new AbortController().signal);
  };
  const failure = async (dispatched: Dispatched): Promise<Error> => {
    const output = await dispatch(dispatched).catch((error: unknown) => ({ error }));
    if (typeof output === 'object' && output !== null && 'error' in output) return output.error as Error;
    throw new Error(`it gave ${String(output)}`);
  };
  return { dispatcher, dispatch, failure };
}

afterAll(() => Promise.all(opened.map((dispatcher) => dispatcher.close())));

/** Numbers that all threads see. */
export function sharedNumbers(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** Looks, turn by turn, until something holds that another thread brings about. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
