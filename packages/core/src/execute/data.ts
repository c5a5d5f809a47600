import type { PlannedTask } from '../model/plan.ts';

type Data = Record<string, unknown>;

/**
 * What a handler reads: its dependencies' outputs by ID, and the run's input. A handler that declares no parameter
 * gets it as well, but filled only if looked at: that would cost more than all the rest of starting a task.
 */
export function dataFor(task: PlannedTask, outputs: readonly unknown[], input: unknown): never {
  return (task.readsData ? fill(task, outputs, input) : new Proxy(new LazyData(task, outputs, input), lazily)) as never;
}

function fill({ dependencies, dependsOn }: PlannedTask, outputs: readonly unknown[], input: unknown): Data {
  const data: Data = { input };
  for (let edge = 0; edge < dependencies.length; edge++) {
    const dependency = dependencies[edge];
    if (dependency !== undefined) data[dependency.as] = outputs[dependsOn[edge] ?? -1];
  }
  return data;
}

/** `() => …` reads nothing, but so look `(...args) => …`, a default parameter and `arguments`, which find this. */
class LazyData {
  readonly #task: PlannedTask;
  readonly #outputs: readonly unknown[];
  readonly #input: unknown;
  #data: Data | undefined;

  constructor(task: PlannedTask, outputs: readonly unknown[], input: unknown) {
    this.#task = task;
    this.#outputs = outputs;
    this.#input = input;
  }

  static read(lazy: LazyData): Data {
    return (lazy.#data ??= fill(lazy.#task, lazy.#outputs, lazy.#input));
  }

  /** What Node prints for it. */
  [Symbol.for('nodejs.util.inspect.custom')](): Data {
    return LazyData.read(this);
  }
}

const lazily: ProxyHandler<LazyData> = {
  get: (lazy, key) => Reflect.get(LazyData.read(lazy), key) as unknown,
  has: (lazy, key) => Reflect.has(LazyData.read(lazy), key),
  ownKeys: (lazy) => Reflect.ownKeys(LazyData.read(lazy)),
  getOwnPropertyDescriptor: (lazy, key) => Reflect.getOwnPropertyDescriptor(LazyData.read(lazy), key),
};
