import { type Command, Option } from 'commander';
import { cacheCommand } from './cache-command.ts';
import { drivingOptions } from './run-options.ts';
import { statsCommand } from './stats-command.ts';
import { aCount, aLongDuration, LOG_LEVELS, PHASES, RUN_ARGUMENT, storeCommand } from './store-options.ts';
import { timelineCommand } from './timeline-command.ts';

type Done = (code: number) => void;

/** The commands on runs that are kept. What one of them does is imported only when it is called. */
export function storeCommands(done: Done): readonly Command[] {
  return [
    resume(done),
    retry(done),
    runs(done),
    status(done),
    events(done),
    logs(done),
    timelineCommand(done),
    statsCommand(done),
    cancel(done),
    ...decisions(done),
    signal(done),
    gc(done),
    cacheCommand(done),
  ];
}

function resume(done: Done): Command {
  const command = storeCommand(
    'resume',
    'Goes on with a run that is kept, where its process left it.',
    drivingOptions(),
  )
    .argument('[run]', RUN_ARGUMENT)
    .argument('[pipeline]', 'the file that exports the workflow (default: the one it was begun with)')
    .option('--due', 'go on with every run that waits and has something to do now, one after the other')
    .addOption(allowChanged());
  return command.action(async (run: string | undefined, file: string | undefined) => {
    const { resumeOne } = await import('./resume-due.ts');
    done(await resumeOne(run, file, command.opts()));
  });
}

function retry(done: Done): Command {
  const command = storeCommand(
    'retry',
    'Runs again what failed in a run that has ended, and what depends on it; the rest keeps what it gave.',
    drivingOptions(),
  )
    .argument('<run>', RUN_ARGUMENT)
    .argument('[pipeline]', 'the file that exports the workflow (default: the one it was begun with)')
    .option('--from <task>', 'run this task again, too, although it succeeded, and all that depends on it')
    .addOption(allowChanged());
  return command.action(async (run: string, file: string | undefined) => {
    const { retryRun } = await import('./retry.ts');
    done(await retryRun(run, file, command.opts()));
  });
}

function allowChanged(): Option {
  return new Option(
    '--allow-changed',
    'go on although the workflow has changed, where only tasks that have not begun have',
  );
}

function runs(done: Done): Command {
  const command = storeCommand('runs', 'Lists the runs that are kept, the newest first.')
    .addOption(new Option('--status <status>', 'only those').choices(PHASES))
    .option('--workflow <id>', 'only those of this workflow')
    .addOption(
      new Option('--since <duration>', "only those begun within it: '12h', '2d'").argParser(aLongDuration),
    )
    .addOption(new Option('--limit <number>', 'so many at most').argParser(aCount).default(20))
    .option('--json', 'print a line of JSON for each');
  return command.action(async () => {
    const { listRuns } = await import('./runs.ts');
    done(await listRuns(command.opts()));
  });
}

function status(done: Done): Command {
  const command = storeCommand('status', 'Shows how far a run has come, task by task.')
    .argument('<run>', RUN_ARGUMENT)
    .option('--watch', 'go on showing it until it ends')
    .option('--json', 'print it as JSON; under --watch the events, one on each line');
  return command.action(async (run: string) => {
    const { showStatus } = await import('./status.ts');
    done(await showStatus(run, command.opts()));
  });
}

function events(done: Done): Command {
  const command = storeCommand('events', 'Prints all that happened to a run, and to the runs below it.')
    .argument('<run>', RUN_ARGUMENT)
    .option('--follow', 'go on until it ends')
    .option('--json', 'print each as a line of JSON, whole');
  return command.action(async (run: string) => {
    const { printEvents } = await import('./events.ts');
    done(await printEvents(run, command.opts()));
  });
}

function logs(done: Done): Command {
  const command = storeCommand('logs', 'Prints what the tasks of a run said through ctx.log.')
    .argument('<run>', RUN_ARGUMENT)
    .option('--task <id>', 'only of this task')
    .addOption(new Option('--level <level>', 'only what is at least as grave').choices(LOG_LEVELS))
    .option('--follow', 'go on until the run ends')
    .option('--json', 'print each as a line of JSON');
  return command.action(async (run: string) => {
    const { printLogs } = await import('./logs.ts');
    done(await printLogs(run, command.opts()));
  });
}

function cancel(done: Done): Command {
  const command = storeCommand(
    'cancel',
    'Cancels a run: its process hears of it at once, or when it goes on.',
  )
    .argument('<run>', RUN_ARGUMENT)
    .option('--reason <text>', 'why, for its log')
    .option(
      '--force',
      'wait for nothing: tasks that always run are cancelled too, nothing is undone any more',
    )
    .option('--json', 'print what came of it as JSON');
  return command.action(async (run: string) => {
    const { cancelRun } = await import('./cancel.ts');
    done(await cancelRun(run, command.opts()));
  });
}

function decisions(done: Done): readonly Command[] {
  const approve = decision('approve', 'Gives a task that waits for a decision its output.')
    .argument('[value]', 'the output, as JSON (default: none)')
    .action(async (run: string, task: string, value: string | undefined) => {
      const { approveTask } = await import('./decide.ts');
      done(await approveTask(run, task, value, approve.opts()));
    });
  const reject = decision('reject', 'Fails a task that waits for a decision.')
    .option('--message <text>', 'why (default: the error because of which it waits)')
    .action(async (run: string, task: string) => {
      const { rejectTask } = await import('./decide.ts');
      done(await rejectTask(run, task, reject.opts()));
    });
  const again = decision('retry-task', 'Has a task that waits for a decision make another attempt.').action(
    async (run: string, task: string) => {
      const { decideTask } = await import('./decide.ts');
      done(await decideTask(run, { type: 'retry', task }, again.opts()));
    },
  );
  const skip = decision('skip', 'Skips a task that waits for a decision.').action(
    async (run: string, task: string) => {
      const { decideTask } = await import('./decide.ts');
      done(await decideTask(run, { type: 'skip', task }, skip.opts()));
    },
  );
  return [approve, reject, again, skip];
}

function decision(name: string, description: string): Command {
  return storeCommand(name, description)
    .argument('<run>', RUN_ARGUMENT)
    .argument('<task>', 'the task that waits, in that run or below it')
    .option('--json', 'print what came of it as JSON');
}

function signal(done: Done): Command {
  const command = storeCommand('signal', 'Sends a signal into a run: it is kept until a task takes it.')
    .argument('<run>', RUN_ARGUMENT)
    .argument('<name>', 'the name of the signal')
    .argument('[value]', 'its payload, as JSON (default: none)')
    .option('--json', 'print what came of it as JSON');
  return command.action(async (run: string, name: string, value: string | undefined) => {
    const { sendSignal } = await import('./signal.ts');
    done(await sendSignal(run, name, value, command.opts()));
  });
}

function gc(done: Done): Command {
  const command = storeCommand('gc', 'Removes runs that have ended from the store.')
    .addOption(
      new Option('--older-than <duration>', "those that ended longer ago: '12h', '30d'")
        .argParser(aLongDuration)
        .makeOptionMandatory(),
    )
    .option('--dry-run', 'only say which')
    .option('--json', 'print a line of JSON for each');
  return command.action(async () => {
    const { collectGarbage } = await import('./gc.ts');
    done(await collectGarbage(command.opts()));
  });
}
