/** One signal on its way out of this process. */
export interface Channel {
  /** Sends what there is; may reject, and may go on after it has. */
  flush(): Promise<unknown>;
  /** What has been lost since it was asked last, or would be if the process ended now. */
  takeLoss(): Loss | undefined;
}

/** What did not arrive. */
export interface Loss {
  /** `3 of 20 spans`, `metrics`. */
  readonly what: string;
  readonly endpoint: string;
  /** Why, as far as it is known. */
  readonly reason: string | undefined;
}

/** One line for all that did not arrive, however many exports failed. */
export function lossLines(losses: readonly Loss[], waitedMs: number): readonly string[] {
  if (losses.length === 0) return [];
  const what = losses.map((loss) => loss.what).join(' and ');
  const endpoints = [...new Set(losses.map(({ endpoint }) => endpoint))].join(' and ');
  const reason = losses.find((loss) => loss.reason !== undefined)?.reason;
  const late = `no answer within ${waitedMs / 1_000} s (WF_OTEL_TIMEOUT)`;
  return [
    `OpenTelemetry: ${what} were not sent to ${endpoints}: ${reason ?? late}. The run itself is not affected.`,
  ];
}

/** Why an export failed, in a few words. */
export function reasonOf(error: Error): string {
  const { code } = error as { code?: unknown };
  // What HTTP says is a number and a phrase that may be empty.
  if (typeof code === 'number' && code >= LEAST_OF_HTTP)
    return `it answers ${code} ${error.message}`.trimEnd();
  if (code === 'ECONNREFUSED' || error.message.includes('ECONNREFUSED')) return 'nothing listens there';
  if (code === 'ECONNRESET') return 'it closes the connection without an answer';
  const misunderstanding = MISUNDERSTANDINGS.find(([pattern]) => pattern.test(error.message));
  if (misunderstanding !== undefined) return misunderstanding[1];
  const [line = ''] = error.message.split('\n');
  if (line !== '') return line.slice(0, LONGEST);
  return typeof code === 'string' ? code : error.name;
}

/** What two sides say that speak different protocols. */
const MISUNDERSTANDINGS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/Parse Error: Expected HTTP/, 'it does not speak HTTP; if it is gRPC: OTEL_EXPORTER_OTLP_PROTOCOL=grpc'],
  [/Protocol error/, 'it does not speak gRPC; if it is HTTP: OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf'],
  [/SSL routines.*wrong version number/, 'it does not speak TLS: http://… instead of https://…'],
];

/** Below are the codes of gRPC. */
const LEAST_OF_HTTP = 100;
const LONGEST = 200;

/** A collector that was not asked for a signal by name may not take it at all, as Jaeger takes traces only. */
export function isNotTaken(error: Error | undefined): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 404 || code === GRPC_UNIMPLEMENTED;
}

const GRPC_UNIMPLEMENTED = 12;
