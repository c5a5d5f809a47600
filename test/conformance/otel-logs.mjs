// Started by log-sinks.test.ts in a process of its own: under the conditions of vitest Node would load the ESM of
// OpenTelemetry's API, whose files name each other without their endings.
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { toLogSink } from 'wf-sdk';

/** @type {unknown} */
const given = JSON.parse(process.argv[2] ?? '[]');
const events = /** @type {import('wf-sdk').RunEvent[]} */ (given);
const exporter = new InMemoryLogRecordExporter();
const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
const sink = toLogSink(provider.getLogger('wf-sdk'));
for (const event of events) sink(event);
await provider.forceFlush();
const records = exporter.getFinishedLogRecords().map((record) => ({
  time: record.hrTime,
  severity: [record.severityNumber, record.severityText],
  body: record.body,
  attributes: record.attributes,
  span: record.spanContext,
}));
process.stdout.write(JSON.stringify(records));
