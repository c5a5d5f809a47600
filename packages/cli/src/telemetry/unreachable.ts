import { connect } from 'node:net';

/** Errors of a connection that mean that nobody is there, rather than that it takes its time. */
const NOBODY: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
]);

/** Resolves with the reason when it turns out that nobody can be reached there; never, otherwise. */
export function unreachable(endpoint: string): Promise<Error> {
  const { hostname, port, protocol } = new URL(endpoint);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  });
  socket.unref();
  return new Promise((resolve) => {
    socket.on('connect', () => socket.destroy());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (NOBODY.has(error.code)) resolve(error);
    });
  });
}
