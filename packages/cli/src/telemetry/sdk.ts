import { diag, DiagLogLevel } from '@opentelemetry/api';
import { logs as logger } from '@opentelemetry/api-logs';
import { type logs, type metrics, NodeSDK } from '@opentelemetry/sdk-node';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { toLogSink } from '@wf-sdk/core';
import { coloursFor } from '../show/colours.ts';
import { type Channel, lossLines } from './channel.ts';
import { logChannel, metricChannel, spanChannel } from './channels.ts';
import { logLook } from './log-look.ts';
import { metricLook } from './metric-look.ts';
import { routeOf } from './otlp.ts';
import { detectors, serviceResource } from './resource.ts';
import { spanLook } from './span-look.ts';
import type { Telemetry } from './telemetry.ts';
import { type Signal, variable, type Wanted } from './wanted.ts';
import { withinMs } from './within.ts';

/**
 * Sets up OpenTelemetry for this process. Samplers, propagators, limits of spans and the log level are read from the
 * standard variables by its SDK.
 *
 * @throws Error where a variable makes no sense
 */
export function startSdk(wanted: Wanted, timeoutMs: number, env: NodeJS.ProcessEnv): Telemetry {
  const print = (text: string): void => void process.stderr.write(`${text}\n`);
  const colours = coloursFor(process.stderr);
  const spanProcessors: SpanProcessor[] = [];
  const metricReaders: metrics.MetricReader[] = [];
  const logRecordProcessors: logs.LogRecordProcessor[] = [];
  const channels: Channel[] = [];
  const looks: { flush(): Promise<unknown> }[] = [];
  const isNamed = (signal: Signal): boolean =>
    variable(env, `OTEL_${signal.toUpperCase()}_EXPORTER`) !== undefined;
  for (const destination of wanted.traces) {
    if (destination === 'console') {
      const look = spanLook(print, colours);
      spanProcessors.push(look.processor);
      looks.push(look);
    } else {
      const channel = spanChannel(routeOf('traces', env));
      spanProcessors.push(...channel.processors);
      channels.push(channel);
    }
  }
  for (const destination of wanted.metrics) {
    if (destination === 'console') {
      const look = metricLook(print, colours);
      metricReaders.push(look.reader);
      looks.push(look);
    } else {
      const channel = metricChannel(routeOf('metrics', env), isNamed('metrics'));
      metricReaders.push(channel.reader);
      channels.push(channel);
    }
  }
  for (const destination of wanted.logs) {
    if (destination === 'console') {
      logRecordProcessors.push(logLook(print, colours));
    } else {
      const channel = logChannel(routeOf('logs', env), isNamed('logs'));
      logRecordProcessors.push(...channel.processors);
      channels.push(channel);
    }
  }
  // With a log of its own, OpenTelemetry says it there.
  const ownSetUp = variable(env, 'OTEL_LOG_LEVEL') === undefined ? watchForOther() : () => [];
  const resourceDetectors = detectors(env);
  new NodeSDK({
    resource: serviceResource(),
    spanProcessors,
    metricReaders,
    logRecordProcessors,
    ...(resourceDetectors !== undefined && { resourceDetectors }),
  }).start();
  // On the console it stands already, with the run.
  const observers = wanted.logs.includes('otlp') ? [toLogSink(logger.getLogger('wf-sdk'))] : [];
  // Several runs of one process do not each wait for a collector that does not answer.
  let waitedMs = 0;
  return {
    observers,
    async flush(atMostMs = timeoutMs) {
      for (const look of looks) await look.flush();
      const waitMs = Math.min(atMostMs, timeoutMs - waitedMs);
      const flushed = Promise.allSettled(channels.map((channel) => channel.flush()));
      waitedMs = (await withinMs(flushed, waitMs)) ? 0 : waitedMs + waitMs;
      const losses = channels.map((channel) => channel.takeLoss()).filter((loss) => loss !== undefined);
      return [...ownSetUp(), ...lossLines(losses, waitedMs)];
    },
  };
}

/**
 * Notices where a pipeline sets up OpenTelemetry itself, which has no effect any more: the API tells nobody but its own
 * log. Gives what to tell the user, once.
 */
function watchForOther(): () => readonly string[] {
  let isTold: boolean | undefined;
  const quiet = (): void => undefined;
  const error = (message: string): void => {
    if (message.includes('duplicate registration of API: trace')) isTold ??= false;
  };
  const logger = { error, warn: quiet, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
  return () => {
    if (isTold !== false) return [];
    isTold = true;
    return [
      "OpenTelemetry: the pipeline sets it up as well, which came too late: load that first, with NODE_OPTIONS='--import …', or leave out --otel and OTEL_*",
    ];
  };
}
