// Runs its workflow when it is loaded.
import { workflow } from '../../src/define/workflow.ts';
import { refuseWhileLoading } from '../../src/isolate/loading.ts';

export const flow = workflow('threads')
  .addTask('where')
  .run(() => 'here');

// What run() does first.
refuseWhileLoading('threads');
