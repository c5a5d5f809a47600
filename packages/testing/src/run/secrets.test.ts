import { workflow } from '@wf-sdk/core';
import { describe, expect, test } from 'vitest';
import { testRun, TestKitError } from '../index.ts';

const below = workflow('below')
  .addTask('deep')
  .secrets('DEEP')
  .run((_, { secrets }) => secrets.DEEP);

const flow = workflow('calls')
  .addTask('call')
  .secrets('API_TOKEN')
  .run((_, { secrets }) => secrets.API_TOKEN.length)
  .addTask('pay')
  .runWorkflow(below);

describe('secrets in a test', () => {
  test('are those that it gives, and the environment is not read', async () => {
    const { outputs } = await testRun(flow, { secrets: { API_TOKEN: 'x', DEEP: 'a deep one' } });
    expect(outputs).toMatchObject({ call: 1 });
    expect(() => testRun(flow)).toThrow(TestKitError);
    expect(() => testRun(flow, { secrets: { API_TOKEN: 'x' } })).toThrow(
      `workflow 'calls' needs secrets that the test does not give: say secrets: { NAME: 'a test value' }, or stub these tasks
  - DEEP, for pay/deep`,
    );
  });

  test('are not needed by what is stubbed, which reads those that there are', async () => {
    const stubs = { call: 3, pay: undefined } as const;
    expect((await testRun(flow, { stubs })).state).toBe('succeeded');
    const { outputs } = await testRun(flow, {
      stubs: { pay: undefined, call: (_, { secrets }) => Object.values(secrets).length },
      secrets: { API_TOKEN: 'x' },
    });
    expect(outputs).toMatchObject({ call: 1 });
    expect((await testRun(flow, { stubAll: true })).state).toBe('succeeded');
  });

  test('have to be needed, and texts', () => {
    expect(() => testRun(flow, { secrets: { API_TOKE: 'x' } })).toThrow(
      "secrets.API_TOKE: no task of workflow 'calls' needs secret API_TOKE; did you mean 'API_TOKEN'?",
    );
    expect(() => testRun(flow, { secrets: { API_TOKEN: '' } })).toThrow(
      'secrets.API_TOKEN: a secret is a text that is not empty, not ""',
    );
  });

  test('are in no event of the run', async () => {
    const result = await testRun(
      workflow('w')
        .addTask('a')
        .secrets('API_TOKEN')
        .run((_, { secrets, log }) => log.info(secrets.API_TOKEN)),
      { secrets: { API_TOKEN: 'not to be told' } },
    );
    expect(JSON.stringify(result.events)).toContain('[secret API_TOKEN]');
    expect(JSON.stringify(result.events)).not.toContain('not to be told');
  });
});
