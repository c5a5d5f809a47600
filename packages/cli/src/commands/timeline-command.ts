import { type Command, Option } from 'commander';
import { storeCommand } from './store-options.ts';

/** What a timeline can be drawn as. */
export const TIMELINE_FORMATS = ['text', 'svg', 'html', 'json'] as const;

/** `wf-sdk timeline <run | file>`: how a run went in time. What it does is imported only when it is called. */
export function timelineCommand(done: (code: number) => void): Command {
  const command = storeCommand(
    'timeline',
    'Shows how a run went in time: attempts, queueing, retries, and the critical path it took.',
  )
    .argument(
      '<source>',
      'a run that is kept (its ID, as much of it as no other begins with, or latest), a file of run --events or run --output, or - for standard input',
    )
    .addOption(
      new Option(
        '--format <format>',
        'what to draw (default: what the name of --output ends with, else text)',
      ).choices(TIMELINE_FORMATS),
    )
    .option('--output <file>', 'write it there, whole or not at all (default: standard output)')
    .option('--all', 'a line for each task and item, however many there are')
    .option('--ascii', 'as text: nothing but ASCII (default: where the locale has nothing else)');
  return command.action(async (source: string) => {
    const { showTimeline } = await import('./timeline.ts');
    done(await showTimeline(source, command.opts()));
  });
}
