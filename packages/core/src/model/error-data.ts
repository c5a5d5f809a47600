import { type ErrorCode, isWorkflowError } from './error.ts';
import { type BuiltIn, builtInOf, prototypeOf } from './error-prototype.ts';

/**
 * Something thrown, as data. An error comes back as what it was, except that one of a user's own class comes back as
 * the nearest of JavaScript's own or of our family, with its name and its properties.
 */
export type ErrorData =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'error';
      /** The code of an error of our family. */
      readonly family: ErrorCode | undefined;
      readonly builtIn: BuiltIn;
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      /** What else it has, as far as it can be carried: `code`, `status`, a name of its own. */
      readonly properties: Readonly<Record<string, unknown>>;
      readonly cause: ErrorData | undefined;
      readonly errors: readonly ErrorData[] | undefined;
    };

/** What is made of a value that comes with an error; `undefined` where it cannot be carried. */
export type Carry = (value: unknown) => { readonly value: unknown } | undefined;

/** A chain of causes is cut after so many. */
const MOST_CAUSES = 50;

/** @param carry What is thrown and no error, and what an error has beside its text, is carried so. */
export function toErrorData(thrown: unknown, carry: Carry): ErrorData {
  return new Reading(carry).of(thrown);
}

/** Makes again what {@link toErrorData} was given. */
export function fromErrorData(data: ErrorData): unknown {
  return restore(data, new Map());
}

/** @param made An error that stands in several places, as a cause and in a list, is one again. */
function restore(data: ErrorData, made: Map<ErrorData, unknown>): unknown {
  if (data.kind === 'value') return data.value;
  if (made.has(data)) return made.get(data);
  const { family, builtIn, name, message, stack, properties, cause, errors } = data;
  const error = Object.setPrototypeOf(new Error(message), prototypeOf(family, builtIn)) as Error;
  made.set(data, error);
  const define = (key: string, value: unknown, enumerable: boolean): void => {
    Object.defineProperty(error, key, { value, writable: true, enumerable, configurable: true });
  };
  if (error.name !== name) define('name', name, false);
  define('stack', stack, false);
  if (cause !== undefined) define('cause', restore(cause, made), false);
  if (errors !== undefined) {
    define(
      'errors',
      errors.map((inner) => restore(inner, made)),
      family !== undefined,
    );
  }
  for (const [key, value] of Object.entries(properties)) define(key, value, true);
  return error;
}

/** An error can lead to another on several ways, which double with each level: each is read once. */
class Reading {
  readonly #carry: Carry;
  /** What was made of each error; nothing, as long as it is being made. */
  readonly #made = new Map<Error, ErrorData | undefined>();
  #depth = 0;

  constructor(carry: Carry) {
    this.#carry = carry;
  }

  of(thrown: unknown): ErrorData {
    if (!(thrown instanceof Error)) {
      return { kind: 'value', ...(this.#carry(thrown) ?? { value: String(thrown) }) };
    }
    this.#made.set(thrown, undefined);
    this.#depth++;
    const data = this.#ofError(thrown);
    this.#depth--;
    this.#made.set(thrown, data);
    return data;
  }

  #ofError(error: Error): ErrorData {
    const { cause, errors } = error as { cause?: unknown; errors?: unknown };
    return {
      kind: 'error',
      family: isWorkflowError(error) ? error.code : undefined,
      builtIn: builtInOf(error),
      name: String(error.name),
      message: String(error.message),
      stack: typeof error.stack === 'string' ? error.stack : undefined,
      properties: propertiesOf(error, this.#carry),
      cause: this.#follow(cause)[0],
      errors: Array.isArray(errors) ? errors.flatMap((inner) => this.#follow(inner)) : undefined,
    };
  }

  /** Nothing, where it leads back to an error of which it is a cause. */
  #follow(value: unknown): readonly ErrorData[] {
    if (value === undefined || this.#depth >= MOST_CAUSES) return [];
    if (!(value instanceof Error) || !this.#made.has(value)) return [this.of(value)];
    const made = this.#made.get(value);
    return made === undefined ? [] : [made];
  }
}

const APART: readonly string[] = ['message', 'stack', 'cause', 'errors'];

/** `code` may stand on the prototype, as in a `DOMException`. */
function propertiesOf(error: Error, carry: Carry): Record<string, unknown> {
  const keys = new Set([...Object.keys(error), ...('code' in error ? ['code'] : [])]);
  const entries: [string, unknown][] = [];
  for (const key of keys) {
    const carried = APART.includes(key) ? undefined : carry(Reflect.get(error, key));
    if (carried !== undefined) entries.push([key, carried.value]);
  }
  return Object.fromEntries(entries);
}
