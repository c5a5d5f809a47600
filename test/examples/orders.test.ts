import { it } from 'vitest';
import { run } from 'wf-sdk';
import orders from '../../examples/orders/pipeline.ts';
it('probe', async () => {
  for (const [how, shares] of [['fail', 1000], ['approve', 1000], ['skip', 1000], ['cancel', 1000], ['bad', 1000]] as const) {
    const events: string[] = [];
    const h = run(orders, { symbol: 'AAPL', shares }, { observers: [(e) => { events.push([e.type, 'task' in e ? e.task : '', 'message' in e ? e.message : '', 'reason' in e ? e.reason : '',  'cause' in e ? e.cause : '', 'breaker' in e ? e.breaker + ' ' + e.state : '', 'error' in e ? e.error : ''].join(' ')); if (e.type === 'run.waiting') { if (how==='cancel') void h.cancel('x'); else if (how==='bad') h.approve('review', 'x' as any);  else if (how === 'approve') h.approve('review', 1000); else if (how === 'skip') h.skip('review'); else h.fail('review', new Error('no')); } }] });
    const r = await h;
    console.log(how, r.outcome, r.output, r.error?.message, r.compensations, events.slice(20));
  }
});
