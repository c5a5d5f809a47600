import { on, workflow } from 'wf-sdk';
import { z } from 'zod';
import { publish, readSeries } from './files.ts';
import { draftOf, meanOf } from './note.ts';

const input = z.object({
  year: z.int().min(1959).max(2019).default(2019).describe('The year that the note is about'),
  out: z.string().optional().describe('Folder for the note (default: out/ beside the pipeline)'),
});

/** What nobody but a person can say: under which headline it is printed, or that it is not. */
class NeedsEditor extends Error {
  override readonly name = 'NeedsEditor';
}

export default workflow('co2-note', {
  version: '1.0.0',
  description: 'A note on the carbon dioxide of a year, printed when an editor agrees',
  input,
})
  .addTask('series')
  .run(({ input }) => readSeries(input.year))

  .addTask('draft')
  .dependsOn('series')
  .run(({ input, series }, { log }) => {
    const draft = draftOf(input.year, meanOf(series.year), meanOf(series.before));
    log.info(draft);
    return draft;
  })

  // Until somebody answers nothing runs, and no process has to: tomorrow is early enough.
  .addTask('headline')
  .dependsOn('draft')
  .output(z.string().min(10).max(80))
  .recover([on(NeedsEditor).escalate('Under which headline is it printed?')])
  .run(({ draft }) => {
    throw new NeedsEditor(draft);
  })

  .addTask('print')
  .dependsOn('headline', 'draft')
  .run(({ input, headline, draft }, { idempotencyKey }) =>
    publish(input.out, input.year, { headline, draft, key: idempotencyKey }),
  )

  .output(({ print }) => print);
