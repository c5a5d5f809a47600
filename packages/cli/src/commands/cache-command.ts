import { Command } from 'commander';
import { storeCommand } from './store-options.ts';

/** `wf-sdk cache`: what there is to do about outputs that are kept for later runs. */
export function cacheCommand(done: (code: number) => void): Command {
  const clear = storeCommand(
    'clear',
    'Forgets outputs of tasks with .cache(): the next run makes them again.',
  )
    .option('--workflow <id>', 'only those of this workflow')
    .option('--task <id>', 'only those of this task')
    .option('--json', 'print how many as JSON');
  clear.action(async () => {
    const { clearCache } = await import('./cache.ts');
    done(await clearCache(clear.opts()));
  });
  return new Command('cache')
    .description('Clears the outputs that are kept for later runs.')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showHelpAfterError('(wf-sdk cache --help shows what there is)')
    .exitOverride()
    .addCommand(clear);
}
