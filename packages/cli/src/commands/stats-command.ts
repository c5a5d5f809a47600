import { type Command, Option } from 'commander';
import { aCount, aLongDuration, storeCommand } from './store-options.ts';

/** `wf-sdk stats`. What it does is imported only when it is called. */
export function statsCommand(done: (code: number) => void): Command {
  const command = storeCommand(
    'stats',
    'Counts runs and tasks: how many failed, how long they took and were queued, what holds the runs up.',
  )
    .argument('[workflow]', 'show this one in detail (default: all, in short)')
    .option('--workflow <id>', 'only runs of this workflow')
    .addOption(
      new Option('--since <duration>', "only runs begun within it: '12h', '7d'").argParser(aLongDuration),
    )
    .addOption(new Option('--limit <number>', 'so many runs at most, the newest').argParser(aCount))
    .addOption(
      new Option(
        '--events <file...>',
        'count what files say that wf-sdk run --events wrote, instead of a store',
      ).conflicts(['store', 'limit']),
    )
    .option('--json', 'print a line of JSON for each workflow, times in milliseconds');
  return command.action(async (workflow: string | undefined) => {
    const { showStats } = await import('./stats.ts');
    done(await showStats(workflow, command.opts()));
  });
}
