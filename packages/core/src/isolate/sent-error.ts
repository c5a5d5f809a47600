import { type ErrorCode, isWorkflowError } from '../model/error.ts';
import { prototypeOf } from './error-prototype.ts';

/** Something thrown, in a form that survives cloning with nothing lost but the class of a user's own errors. */
export type SentError =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'error';
      /** The code of an error of our own family: it arrives as one. */
      readonly family: ErrorCode | undefined;
      /** The nearest of JavaScript's own classes. */
      readonly builtIn: string;
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      /** Its other properties, as far as they can be cloned: `code`, `status`, `retryAfter`. */
      readonly properties: Readonly<Record<string, unknown>>;
      readonly cause: SentError | undefined;
      readonly errors: readonly SentError[] | undefined;
    };

const APART: readonly string[] = ['name', 'message', 'stack', 'cause', 'errors'];

export function sendError(thrown: unknown): SentError {
  return send(thrown, []);
}

/** What {@link sendError} was given, as near to it as can be. */
export function receiveError(sent: SentError): unknown {
  if (sent.kind === 'value') return sent.value;
  const { family, builtIn, name, message, stack, properties, cause, errors } = sent;
  const error: Error = Object.setPrototypeOf(new Error(message), prototypeOf(family, builtIn)) as Error;
  const define = (key: string, value: unknown): unknown =>
    Object.defineProperty(error, key, { value, writable: true, configurable: true });
  if (error.name !== name) define('name', name);
  if (error.message !== message) define('message', message);
  define('stack', stack);
  if (cause !== undefined) define('cause', receiveError(cause));
  if (errors !== undefined) define('errors', errors.map(receiveError));
  return Object.assign(error, properties);
}

/** @param above The errors that this one is the cause of: what leads back to one of them is cut. */
function send(thrown: unknown, above: readonly unknown[]): SentError {
  if (!(thrown instanceof Error)) return { kind: 'value', value: isCloneable(thrown) ? thrown : String(thrown) };
  const below = [...above, thrown];
  const follow = (value: unknown): SentError | undefined =>
    value === undefined || below.includes(value) ? undefined : send(value, below);
  const { cause, errors } = thrown as { cause?: unknown; errors?: unknown };
  return {
    kind: 'error',
    family: isWorkflowError(thrown) ? thrown.code : undefined,
    builtIn: nearestBuiltIn(thrown),
    name: String(thrown.name),
    message: String(thrown.message),
    stack: typeof thrown.stack === 'string' ? thrown.stack : undefined,
    properties: propertiesOf(thrown),
    cause: follow(cause),
    errors: Array.isArray(errors) ? errors.flatMap((error) => follow(error) ?? []) : undefined,
  };
}

function propertiesOf(error: Error): Record<string, unknown> {
  const record = error as Error & Record<string, unknown>;
  const keys = Object.keys(error).filter((key) => !APART.includes(key));
  return Object.fromEntries(keys.map((key) => [key, record[key]]).filter(([, value]) => isCloneable(value)));
}

function nearestBuiltIn(error: Error): string {
  for (let prototype: unknown = error; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const name: unknown = (prototype as { constructor?: { name?: unknown } }).constructor?.name;
    if (typeof name === 'string' && Reflect.get(globalThis, name) === (prototype as Error).constructor) return name;
  }
  return 'Error';
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
