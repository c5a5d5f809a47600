import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import {
  type sendUnaryData,
  Server as GrpcServer,
  ServerCredentials,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js';
import { decodeLogs, decodePoints, decodeSpans, type Log, type Point, type Span } from './decode.ts';

/** How a collector answers what it is sent. */
export type Manner =
  | { readonly kind: 'takes' }
  /** After this time, having taken it. */
  | { readonly kind: 'takes late'; readonly ms: number }
  | { readonly kind: 'refuses'; readonly status: number }
  /** The connection is closed, instead of an answer; over HTTP only. */
  | { readonly kind: 'closes' }
  | { readonly kind: 'hangs' };

const SIGNALS = ['traces', 'metrics', 'logs'] as const;

type Signal = (typeof SIGNALS)[number];

/** A collector on this machine that keeps what it is sent. It answers as it is told to, signal by signal. */
export class Collector {
  readonly endpoint: string;
  readonly spans: Span[] = [];
  /** Every point of every export: what adds up is there several times. */
  readonly points: Point[] = [];
  readonly logs: Log[] = [];
  /** How many exports of each signal came, taken or not. */
  readonly requests: Record<Signal, number> = { traces: 0, metrics: 0, logs: 0 };
  readonly headers: IncomingMessage['headers'][] = [];
  manners: Record<Signal, Manner> = { traces: TAKES, metrics: TAKES, logs: TAKES };
  readonly #stop: () => void;

  private constructor(port: number, stop: () => void) {
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#stop = stop;
  }

  /** OTLP over HTTP with protobuf. */
  static async http(): Promise<Collector> {
    const server: HttpServer = createServer((request, response) => {
      void answerHttp(collector, request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const collector = new Collector((server.address() as AddressInfo).port, () => {
      server.close();
      server.closeAllConnections();
    });
    return collector;
  }

  /** OTLP over gRPC. */
  static async grpc(): Promise<Collector> {
    const server = new GrpcServer();
    for (const signal of SIGNALS)
      server.addService(serviceOf(signal), { export: handlerOf(signal, () => collector) });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    const collector = new Collector(port, () => server.forceShutdown());
    return collector;
  }

  /** Answers every signal in one manner. */
  answer(manner: Manner): void {
    this.manners = { traces: manner, metrics: manner, logs: manner };
  }

  take(signal: Signal, bytes: Uint8Array): void {
    if (signal === 'traces') this.spans.push(...decodeSpans(bytes));
    else if (signal === 'metrics') this.points.push(...decodePoints(bytes));
    else this.logs.push(...decodeLogs(bytes));
  }

  close(): void {
    this.#stop();
  }
}

const TAKES: Manner = { kind: 'takes' };

async function answerHttp(
  collector: Collector,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const signal = SIGNALS.find((known) => request.url === `/v1/${known}`);
  if (signal === undefined) return void response.writeHead(404).end();
  collector.requests[signal] += 1;
  collector.headers.push(request.headers);
  const body = Buffer.concat(chunks);
  const take = (): void => {
    collector.take(signal, request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
  };
  // An empty message of each signal's response is no bytes at all.
  const accept = (): unknown => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  const manner = collector.manners[signal];
  switch (manner.kind) {
    case 'takes':
      take();
      return void accept();
    case 'takes late':
      take();
      return void setTimeout(accept, manner.ms);
    case 'refuses':
      return void response.writeHead(manner.status).end();
    case 'closes':
      return void request.socket.destroy();
    case 'hangs':
  }
}

function serviceOf(signal: Signal): Parameters<GrpcServer['addService']>[0] {
  const name = { traces: 'trace.v1.Trace', metrics: 'metrics.v1.Metrics', logs: 'logs.v1.Logs' }[signal];
  const asIs = (bytes: Buffer): Buffer => bytes;
  return {
    export: {
      path: `/opentelemetry.proto.collector.${name}Service/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  };
}

function handlerOf(signal: Signal, collectorOf: () => Collector) {
  return ({ request }: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void => {
    const collector = collectorOf();
    collector.requests[signal] += 1;
    const accept = (): void => done(null, Buffer.alloc(0));
    const manner = collector.manners[signal];
    switch (manner.kind) {
      case 'takes':
        collector.take(signal, request);
        return accept();
      case 'takes late':
        collector.take(signal, request);
        setTimeout(accept, manner.ms);
        return;
      case 'refuses':
        return done({ code: status.UNIMPLEMENTED, details: `no service of ${signal}` });
      case 'closes':
      case 'hangs':
    }
  };
}
