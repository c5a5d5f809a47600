import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Route } from './otlp.ts';

/**
 * Why the newest request that has been dealt with did not arrive, if it did not. An exporter over HTTP that will try again
 * tells nobody what it was answered, and when it gives up it tells no more than that; one over gRPC does.
 */
export function lastAnswer({ protocol, endpoint, signal }: Route): () => Error | undefined {
  let last: Error | undefined;
  if (protocol === 'grpc') return () => undefined;
  const { host, pathname } = new URL(endpoint);
  // An endpoint of one signal is the whole address, one of all signals the beginning of it.
  const paths: readonly string[] = [pathname, `${pathname.replace(/\/$/, '')}/v1/${signal}`];
  const isOurs = (request: ClientRequest): boolean =>
    request.getHeader('host') === host && paths.includes(request.path.replace(/\?.*/, ''));
  const late = new WeakSet<ClientRequest>();
  subscribe('http.client.request.start', (message) => {
    const { request } = message as Sent;
    // The exporter ends it then, which looks as if the connection had broken.
    if (isOurs(request)) request.once('timeout', () => late.add(request));
  });
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as Answered;
    if (isOurs(request)) last = refusalOf(response);
  });
  subscribe('http.client.request.error', (message) => {
    const { request, error } = message as Failed;
    if (isOurs(request)) last = late.has(request) ? undefined : error;
  });
  return () => last;
}

/** What Node.js tells of a request. */
interface Sent {
  readonly request: ClientRequest;
}

interface Answered extends Sent {
  readonly response: IncomingMessage;
}

interface Failed extends Sent {
  readonly error: Error;
}

function refusalOf({ statusCode: code = 0, statusMessage }: IncomingMessage): Error | undefined {
  return code < LEAST_REFUSAL ? undefined : Object.assign(new Error(statusMessage), { code });
}

/** Exporters take whatever is below for a success. */
const LEAST_REFUSAL = 300;
