import { INVALID_SPAN_CONTEXT, trace } from '@opentelemetry/api';
import type { Dispatcher, DispatchRequest, LogFields, LogLevel, TaskContext, Workflow } from 'wf-sdk';

type Exports = Readonly<Record<string, Workflow>>;
export type Handle = (data: unknown, context: TaskContext) => unknown;
/** A request, who hears its log, and its signal. */
export type Dispatching = Parameters<Dispatcher['dispatch']>;

/** Makes attempts on this thread, two at once. What it cannot see to it refuses. Its parts are there to be broken. */
export class Here implements Dispatcher {
  readonly slots: number = 2;
  free = 2;
  readonly line: (() => void)[] = [];

  async dispatch(...[request, observer, signal]: Dispatching): Promise<unknown> {
    signal.throwIfAborted();
    this.refuse(request);
    await this.turn(signal);
    try {
      const handler = await this.find(request);
      const output = await this.call(handler, request, observer, signal);
      signal.throwIfAborted();
      return output;
    } catch (error) {
      signal.throwIfAborted();
      throw this.report(error);
    } finally {
      this.next();
    }
  }

  refuse({ memoryBytes, env, task }: DispatchRequest): void {
    if (memoryBytes !== undefined) throw new Error(`task '${task}' cannot be kept to its memory here`);
    if (env !== undefined) throw new Error(`task '${task}' cannot have an env of its own here`);
  }

  turn(signal: AbortSignal): Promise<void> {
    if (this.free > 0) {
      this.free--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.line.push(resolve);
      signal.addEventListener('abort', () => {
        const place = this.line.indexOf(resolve);
        if (place !== -1) this.line.splice(place, 1);
        reject(signal.reason as Error);
      });
    });
  }

  next(): void {
    const next = this.line.shift();
    if (next === undefined) this.free++;
    else next();
  }

  async find({ module, workflow, task }: DispatchRequest): Promise<Handle> {
    const exports = (await import(/* @vite-ignore */ module).catch((cause: unknown) => {
      throw new Error(`task '${task}': ${module} cannot be loaded`, { cause });
    })) as Exports;
    const { definition } = Object.values(exports).find((one) => one.definition.id === workflow) ?? {};
    const handler = definition?.tasks.find(({ id }) => id === task)?.handler;
    if (handler === undefined) throw new Error(`there is no task '${task}' in workflow '${workflow}'`);
    return handler as Handle;
  }

  async call(handler: Handle, ...[request, observer, signal]: Dispatching): Promise<unknown> {
    return handler(this.data(request.data), this.context(request, observer, signal));
  }

  data(data: unknown): unknown {
    return data;
  }

  context(...[request, observer, signal]: Dispatching): TaskContext {
    const { attempt, item, run, task, secrets = {} } = request;
    const write = (level: LogLevel) => (message: string, fields?: LogFields) =>
      observer.log(level, message, fields);
    const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    const span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const key = item === undefined ? `${run.id}/${task}` : `${run.id}/${task}/${item}`;
    const metrics: TaskContext['metrics'] = {
      add: (name, value = 1, options) => observer.measure?.({ use: 'add', name, value, options }),
      record: (name, value, options) => observer.measure?.({ use: 'record', name, value, options }),
    };
    return {
      attempt,
      run,
      task: { id: task },
      log,
      idempotencyKey: key,
      signal,
      secrets,
      span,
      traceparent: undefined,
      metrics,
    };
  }

  report(error: unknown): unknown {
    return error;
  }
}
