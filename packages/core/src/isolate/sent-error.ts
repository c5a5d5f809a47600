import { type ErrorData, fromErrorData, toErrorData } from '../model/error-data.ts';
import { isSendable } from './find-unsendable.ts';

/** Something thrown, in a form that can be cloned. What of it cannot is left out. */
export type SentError = ErrorData;

export function sendError(thrown: unknown): SentError {
  return toErrorData(thrown, (value) => (isSendable(value) ? { value } : undefined));
}

/** Makes again what {@link sendError} was given. */
export function receiveError(sent: SentError): unknown {
  return fromErrorData(sent);
}
