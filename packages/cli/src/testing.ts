export * from '@wf-sdk/testing';
