import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { compile, run } from 'wf-sdk';
import { compare } from '../measure.mjs';
import { chain, layered } from '../shapes.mjs';
import { limit } from '../subjects/limit.mjs';
import { prepare } from '../subjects/subject.mjs';
import { spansByHand } from '../subjects/spans-by-hand.mjs';
import { define } from '../subjects/wf-sdk.mjs';
import { targets } from '../targets.mjs';

/** @type {readonly import('../shapes.mjs').Shape[]} */
const measured = [
  { name: 'chain 1,000', graph: chain(1_000), copies: 1 },
  { name: 'layered 100 × 10', graph: layered(100, 10), copies: 1 },
];

/**
 * What those cost who look at runs: as events, as lines of JSON, as spans; and what those pay who do not.
 *
 * @type {import('../tables.mjs').Measure}
 */
export async function measure({ effort }) {
  /** @type {import('../table.mjs').Row[]} */
  const rows = [];
  /**
   * @param {import('../shapes.mjs').Shape} shape
   * @param {import('../subjects/subject.mjs').Subject} subject
   * @param {() => unknown} [after]
   */
  const timed = (shape, subject, after = () => undefined) => {
    const once = prepare(subject, shape);
    return { tasks: shape.graph.length, run: async () => (await once(), after()) };
  };
  for (const shape of measured) {
    const bare = timed(shape, limit);
    /** @param {string} label @param {Parameters<typeof compare>[0]} subject */
    const add = async (label, subject) => {
      const { us, ratio } = await compare(subject, bare, effort);
      rows.push({
        label: `${shape.name}: ${label}`,
        measured: `${us.toFixed(2)} µs/task`,
        figure: ratio,
        unit: '×',
      });
    };
    const off = await compare(timed(shape, wfSdk({})), timed(shape, wfSdk({ telemetry: 'off' })), effort);
    rows.push({
      label: `${shape.name}: no provider / told to be off`,
      measured: `${off.us.toFixed(2)} µs/task`,
      figure: off.ratio,
      unit: '×',
      target: targets.telemetryOff,
    });
    await add('no provider', timed(shape, wfSdk({})));
    await add('an observer of events', timed(shape, wfSdk({ observers: [() => undefined] })));
    let length = 0;
    const count = (/** @type {unknown} */ event) => {
      length += JSON.stringify(event).length;
    };
    await add('events as lines of JSON', timed(shape, wfSdk({ observers: [count] })));
    if (length === 0) throw new Error('no event was written');
  }
  const { flush, count, tracer } = register();
  for (const shape of measured) {
    const before = count();
    const { us, referenceUs, ratio } = await compare(
      timed(shape, wfSdk({}), flush),
      timed(shape, spansByHand(tracer), flush),
      effort,
    );
    if (count() === before) throw new Error('no span was exported');
    rows.push({
      label: `${shape.name}: spans / the same by hand`,
      measured: `${us.toFixed(2)} / ${referenceUs.toFixed(2)} µs/task`,
      figure: ratio,
      unit: '×',
      target: targets.telemetryOn,
    });
  }
  return { title: 'telemetry', rows };
}

/** @param {import('wf-sdk').RunOptions} options @returns {import('../subjects/subject.mjs').Subject} */
function wfSdk(options) {
  return (graph, body) => {
    const defined = define(graph, () => body);
    compile(defined);
    return () => run(defined, undefined, options);
  };
}

/** Real spans, batched as they are in production; only the exporter throws them away. */
function register() {
  let exported = 0;
  const processor = new BatchSpanProcessor(
    {
      export(spans, done) {
        exported += spans.length;
        done({ code: 0 });
      },
      shutdown: async () => undefined,
    },
    { maxQueueSize: 65_536, maxExportBatchSize: 8_192 },
  );
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return {
    tracer: trace.getTracer('wf-sdk'),
    flush: () => processor.forceFlush(),
    count: () => exported,
  };
}
