import { toPlain } from '../lib/plain.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { LogFields, LogLevel } from '../model/context.ts';
import { OptionError } from '../model/error.ts';
import type { RunEventOf } from '../model/event.ts';
import type { Observer } from '../model/ports.ts';

/** A logger such as pino's: what is said comes after the fields that go with it. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A logger of OpenTelemetry's, `logs.getLogger('…')` of `@opentelemetry/api-logs`. */
export interface OtelLogger {
  // Written as a method so that their own type, with more fields and narrower ones, is one of these.
  emit(record: {
    timestamp: number;
    severityNumber: number;
    severityText: string;
    body: string;
    attributes: Record<string, OtelValue>;
    context?: OtelContext;
  }): void;
}

/** What an attribute of a log record can be. */
type OtelValue = string | number | boolean | null | undefined | OtelValue[] | { [key: string]: OtelValue };

interface OtelContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): OtelContext;
  deleteValue(key: symbol): OtelContext;
}

export interface LogSinkOptions {
  /** What is less grave is left out. @default 'debug', everything */
  readonly level?: LogLevel;
}

type LogEvent = RunEventOf<'task.log'>;

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Source: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const SEVERITIES: Readonly<Record<LogLevel, number>> = { debug: 5, info: 9, warn: 13, error: 17 };

/**
 * An observer that passes on what tasks say through `ctx.log` to a logger of pino's kind or of OpenTelemetry's, each with the
 * run, task, attempt, item, trace and span: `run(flow, input, { observers: [toLogSink(pino())] })`. Secrets have been taken out.
 *
 * @throws OptionError where the logger is neither, or there is no such level.
 */
export function toLogSink(logger: Logger | OtelLogger, { level = 'debug' }: LogSinkOptions = {}): Observer {
  const least = LEVELS.indexOf(level);
  if (least < 0)
    throw new OptionError('level', `one of ${LEVELS.join(', ')}${didYouMean(level, LEVELS)}`, level);
  const write = writerFor(logger);
  return (event) => {
    if (event.type === 'task.log' && LEVELS.indexOf(event.level) >= least) write(event);
  };
}

function writerFor(logger: Logger | OtelLogger): (event: LogEvent) => void {
  if (isOtel(logger)) return (event) => logger.emit(otelRecord(event));
  if (isLogger(logger)) return (event) => logger[event.level](merged(event), event.message);
  const wanted = 'a logger with debug, info, warn and error, as pino has, or with emit, as OpenTelemetry has';
  throw new OptionError('logger', wanted, logger, typeof logger);
}

function isOtel(logger: unknown): logger is OtelLogger {
  return typeof logger === 'object' && logger !== null && 'emit' in logger && !isLogger(logger);
}

function isLogger(logger: unknown): logger is Logger {
  if (typeof logger !== 'object' || logger === null) return false;
  return LEVELS.every((level) => typeof (logger as Record<string, unknown>)[level] === 'function');
}

/** What a log line says of where it comes from. */
function origin({ run, task, attempt, item, traceId, spanId }: LogEvent): Record<string, string | number> {
  return {
    run,
    task,
    attempt,
    ...(item !== undefined && { item }),
    ...(traceId !== undefined && { traceId }),
    ...(spanId !== undefined && { spanId }),
  };
}

/** A task's own field of a name that we use, too, keeps its value under another. Of an error JSON would leave nothing. */
function merged(event: LogEvent): object {
  const ours = origin(event);
  return { ...ours, ...(toPlain(apart(event.fields, ours)) as object) };
}

function apart(fields: LogFields = {}, ours: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [Object.hasOwn(ours, key) ? `fields.${key}` : key, value]),
  );
}

function otelRecord(event: LogEvent): Parameters<OtelLogger['emit']>[0] {
  const { at, level, message, fields, traceId, spanId } = event;
  const ours = {
    'workflow.execution.id': event.run,
    'workflow.task.name': event.task,
    'workflow.task.attempt': event.attempt,
    ...(event.item !== undefined && { 'workflow.task.item': event.item }),
  };
  return {
    timestamp: at,
    severityNumber: SEVERITIES[level],
    severityText: level.toUpperCase(),
    body: message,
    // What JSON can hold is what an attribute can be.
    attributes: { ...ours, ...(toPlain(apart(fields, ours)) as Record<string, OtelValue>) },
    ...(traceId !== undefined && spanId !== undefined && { context: contextOf(traceId, spanId) }),
  };
}

/** Under this key OpenTelemetry's API looks for the span, in every version of it: that is what makes copies of it agree. */
const SPAN: symbol = Symbol.for('OpenTelemetry Context Key SPAN');
/** The trace is recorded. Source: https://www.w3.org/TR/trace-context/#sampled-flag */
const SAMPLED = 1;

/** A context with nothing but the span: the line may be told long after it was left. */
function contextOf(traceId: string, spanId: string): OtelContext {
  const spanContext = { traceId, spanId, traceFlags: SAMPLED };
  return contextWith(new Map([[SPAN, { spanContext: () => spanContext, isRecording: () => false }]]));
}

function contextWith(values: ReadonlyMap<symbol, unknown>): OtelContext {
  return {
    getValue: (key) => values.get(key),
    setValue: (key, value) => contextWith(new Map([...values, [key, value]])),
    deleteValue: (key) => contextWith(new Map([...values].filter(([known]) => known !== key))),
  };
}
