import '@wf-sdk/testing/vitest';

export * from '@wf-sdk/testing/vitest';
