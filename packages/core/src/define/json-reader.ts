import type { Diagnostic } from '../model/diagnostic.ts';

/** Reads values of which nothing is known, and keeps everything that is wrong with them. */
export class JsonReader {
  readonly problems: Diagnostic[] = [];

  object(json: unknown, subject: string, task?: string): Readonly<Record<string, unknown>> {
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

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a record has under a key of its own: `toString` is not a key of every record. */
export function lookUp<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  key: string,
): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
