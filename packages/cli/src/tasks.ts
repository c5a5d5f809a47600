export * from '@wf-sdk/tasks';
