import type { Diagnostic } from '../model/diagnostic.ts';
import type { Bindings, TaskBindings } from './bindings.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Reads values of which nothing is known, and keeps everything that is wrong with them. */
export class JsonReader {
  readonly bindings: Bindings;
  readonly problems: Diagnostic[] = [];

  constructor(bindings: Bindings) {
    this.bindings = bindings;
  }

  object(json: unknown, subject: string, task?: string): Fields {
    if (isObject(json)) return json;
    this.problem(`${subject} must be an object, not ${JSON.stringify(json)}`, task);
    return {};
  }

  list(json: unknown, subject: string, task?: string): readonly unknown[] {
    if (Array.isArray(json)) return json;
    this.problem(`${subject} must be a list, not ${JSON.stringify(json)}`, task);
    return [];
  }

  /** Gives what was bound, and asks for it where nothing was. */
  bound<Value>(value: Value | undefined, what: string, key: string, task?: string): Value | undefined {
    if (value === undefined) this.problem(`the workflow needs ${what}: pass it as bindings.${key}`, task);
    return value;
  }

  problem(message: string, task?: string): void {
    this.problems.push({ code: 'bad_json', message, ...(task !== undefined && { task }) });
  }
}

/** The same for what one task says: each problem names the task. */
export class TaskJsonReader {
  readonly id: string;
  readonly bindings: Bindings;
  readonly own: TaskBindings;
  readonly #reader: JsonReader;

  constructor(id: string, reader: JsonReader) {
    this.id = id;
    this.bindings = reader.bindings;
    this.own = lookUp(reader.bindings.tasks, id) ?? {};
    this.#reader = reader;
  }

  object(json: unknown, subject: string): Fields {
    return this.#reader.object(json, `task '${this.id}': ${subject}`, this.id);
  }

  list(json: unknown, subject: string): readonly unknown[] {
    return this.#reader.list(json, `task '${this.id}': ${subject}`, this.id);
  }

  bound<Value>(value: Value | undefined, what: string, key: string): Value | undefined {
    return this.#reader.bound(value, `${what} for task '${this.id}'`, key, this.id);
  }

  /** Something of which JSON only says that it is there. */
  named<Key extends keyof TaskBindings>(
    json: unknown,
    key: Key,
    what: string,
  ): TaskBindings[Key] | undefined {
    if (json === true) return this.bound(this.own[key], what, `tasks['${this.id}'].${key}`);
    this.problem(`${key} must be true, which asks for it among the bindings, not ${JSON.stringify(json)}`);
    return undefined;
  }

  problem(message: string): void {
    this.#reader.problem(`task '${this.id}': ${message}`, this.id);
  }

  unknown(key: string): void {
    this.#reader.problem(`task '${this.id}' has a property '${key}' that is not known`, this.id);
  }
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a record has under a key of its own: `toString` is not a key of every record. */
export function lookUp<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  key: string,
): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
