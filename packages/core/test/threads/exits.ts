// Uses a thread, and leaves it to Node to end the process.
import { Dispatching } from '../../src/isolate/dispatcher.ts';

const [file = '', module = ''] = process.argv.slice(2);
const request = {
  module,
  workflow: 'threads',
  task: 'where',
  attempt: 1,
  item: undefined,
  run: { id: 'r1', workflow: 'threads', version: '1.0.0', startedAt: 5 },
  data: {},
  memoryBytes: undefined,
  env: undefined,
};
const dispatcher = new Dispatching({}, file);
const seen = await dispatcher.dispatch(request, { log: () => undefined }, new AbortController().signal);
process.stdout.write(JSON.stringify(seen));
