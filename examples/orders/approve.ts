import { run } from 'wf-sdk';
import orders from './pipeline.ts';

const handle = run(orders, { symbol: 'AAPL', shares: 100 });
for await (const event of handle.events()) {
  // Or .fail('review', error), .skip('review'), .retry('review').
  if (event.type === 'run.waiting') handle.approve('review', 80);
}
const { output } = await handle;
console.log(output?.notice);
