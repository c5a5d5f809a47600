import { type ErrorCode, isWorkflowError } from '../model/error.ts';
import { type BuiltIn, builtInOf, prototypeOf } from './error-prototype.ts';
import { isSendable } from './find-unsendable.ts';

/**
 * Something thrown, in a form that can be cloned. An error arrives as what it was, except that one of a user's own
 * class arrives as the nearest of JavaScript's own or of our family, with its name and its properties.
 */
export type SentError =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'error';
      /** The code of an error of our family. */
      readonly family: ErrorCode | undefined;
      readonly builtIn: BuiltIn;
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      /** What else it has, as far as it can be cloned: `code`, `status`, `retryAfter`. */
      readonly properties: Readonly<Record<string, unknown>>;
      readonly cause: SentError | undefined;
      readonly errors: readonly SentError[] | undefined;
    };

export function sendError(thrown: unknown): SentError {
  return send(thrown, []);
}

/** Makes again what {@link sendError} was given. */
export function receiveError(sent: SentError): unknown {
  if (sent.kind === 'value') return sent.value;
  const { family, builtIn, name, message, stack, properties, cause, errors } = sent;
  const error = Object.setPrototypeOf(new Error(message), prototypeOf(family, builtIn)) as Error;
  const define = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, { value, writable: true, configurable: true });
  };
  if (error.name !== name) define('name', name);
  define('stack', stack);
  if (cause !== undefined) define('cause', receiveError(cause));
  if (errors !== undefined) define('errors', errors.map(receiveError));
  return Object.assign(error, properties);
}

/** @param above The errors of which this one is a cause: what leads back to one of them is cut. */
function send(thrown: unknown, above: readonly unknown[]): SentError {
  if (!(thrown instanceof Error))
    return { kind: 'value', value: isSendable(thrown) ? thrown : String(thrown) };
  const path = [...above, thrown];
  const follow = (value: unknown): SentError[] =>
    value === undefined || path.includes(value) ? [] : [send(value, path)];
  const { cause, errors } = thrown as { cause?: unknown; errors?: unknown };
  return {
    kind: 'error',
    family: isWorkflowError(thrown) ? thrown.code : undefined,
    builtIn: builtInOf(thrown),
    name: String(thrown.name),
    message: String(thrown.message),
    stack: typeof thrown.stack === 'string' ? thrown.stack : undefined,
    properties: propertiesOf(thrown),
    cause: follow(cause)[0],
    errors: Array.isArray(errors) ? errors.flatMap(follow) : undefined,
  };
}

const APART: readonly string[] = ['name', 'message', 'stack', 'cause', 'errors'];

/** `code` may stand on the prototype, as in a `DOMException`. */
function propertiesOf(error: Error): Record<string, unknown> {
  const keys = new Set([...Object.keys(error), ...('code' in error ? ['code'] : [])]);
  const properties: Record<string, unknown> = {};
  for (const key of keys) {
    const value: unknown = Reflect.get(error, key);
    if (!APART.includes(key) && isSendable(value)) properties[key] = value;
  }
  return properties;
}
