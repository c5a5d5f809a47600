import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { counter } from './limit.mjs';

/**
 * The limit, and around each task the span that wf-sdk makes of it: the same name, the same attributes, the same links.
 *
 * @param {import('@opentelemetry/api').Tracer} tracer
 * @returns {import('./subject.mjs').Subject}
 */
export function spansByHand(tracer) {
  return (graph, body) => {
    /** @type {import('@opentelemetry/api').Span} */
    let run;
    let within = ROOT_CONTEXT;
    /** @type {import('@opentelemetry/api').SpanContext[]} */
    const done = [];
    const base = { 'workflow.name': 'bench', 'workflow.execution.id': 'by-hand' };
    const all = counter(graph, async (task) => {
      const span = tracer.startSpan(
        `workflow.task t${task}`,
        {
          attributes: {
            ...base,
            'workflow.task.name': `t${task}`,
            'code.function.name': body.name,
            'code.file.path': import.meta.filename,
            'code.line.number': 24,
          },
          links: (graph[task] ?? []).map((dependency) => ({
            context: /** @type {import('@opentelemetry/api').SpanContext} */ (done[dependency]),
          })),
        },
        within,
      );
      const output = await context.with(trace.setSpan(within, span), body);
      span.setAttributes({
        'workflow.task.queue.duration': 0,
        'workflow.task.attempts': 1,
        'workflow.task.state': 'succeeded',
      });
      span.end();
      done[task] = span.spanContext();
      return output;
    });
    return async () => {
      run = tracer.startSpan('workflow.run bench', { attributes: base }, ROOT_CONTEXT);
      within = trace.setSpan(ROOT_CONTEXT, run);
      /** @type {unknown} */
      const outputs = await all();
      run.setAttribute('workflow.execution.outcome', 'success');
      run.end();
      return outputs;
    };
  };
}
