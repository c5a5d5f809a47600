import { variable } from './wanted.ts';

const PLACE = '{traceId}';

/** The trace that tells of a run. */
export interface NamedTrace {
  readonly traceId: string;
  /** What is not sampled has an ID, and cannot be found anywhere: the sampler left it out, or whoever started the command. */
  readonly traceSampled: boolean;
}

/** @param traceparent Of the run's span, as its events name it. */
export function traceOf(traceparent: string): NamedTrace {
  const [, traceId = '', , flags = ''] = traceparent.split('-');
  return { traceId, traceSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Names a run's trace to the user: its ID and, where `WF_TRACE_URL` says how, the link to it. */
export function traceText({ traceId, traceSampled }: NamedTrace, env: NodeJS.ProcessEnv): string {
  if (!traceSampled) return `trace ${traceId} (not sampled: nothing of it was sent)`;
  const template = variable(env, 'WF_TRACE_URL');
  if (template === undefined) return `trace ${traceId}`;
  if (!template.includes(PLACE))
    return `trace ${traceId} (no link: WF_TRACE_URL has to have ${PLACE} where the trace's ID belongs)`;
  return `trace ${traceId}  ${template.replaceAll(PLACE, traceId)}`;
}

/**
 * The span that this process was started from, as W3C trace context. What is malformed is as good as absent, as the
 * specification wants it: a variable of the surroundings never fails a run.
 */
export function incomingTraceparent(env: NodeJS.ProcessEnv): string | undefined {
  const value = variable(env, 'TRACEPARENT');
  const [, trace = '', span = ''] = W3C.exec(value ?? '') ?? [];
  return isZero(trace) || isZero(span) ? undefined : value;
}

const W3C = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}$/;

function isZero(id: string): boolean {
  return /^0*$/.test(id);
}
