import { didYouMean, type Plan, type TaskDefinition } from '@wf-sdk/core';
import type { LooseOptions } from './loose-options.ts';
import { TestKitError } from './test-kit-error.ts';

/** @throws TestKitError for a secret that is missing, or that no task needs. */
export function checkSecretsGiven({ id, needs, tasks }: Plan, options: LooseOptions): void {
  const { secrets = {}, stubs = {}, stubAll = false } = options;
  const known = needs.secrets.map(({ name }) => name);
  // A workflow that a function gives may need others than those that are known.
  const isClosed = tasks.every(({ definition }) => typeof definition.child?.workflow !== 'function');
  for (const [name, value] of Object.entries(secrets)) {
    if (typeof value !== 'string' || value === '')
      throw new TestKitError(
        `secrets.${name}: a secret is a text that is not empty, not ${JSON.stringify(value)}`,
      );
    if (!isClosed || known.includes(name)) continue;
    throw new TestKitError(
      `secrets.${name}: no task of workflow '${id}' needs secret ${name}${didYouMean(name, known)}`,
    );
  }
  if (stubAll) return;
  const missing = needs.secrets.flatMap(({ name, tasks: needing }) => {
    const real = needing.filter((task) => !Object.hasOwn(stubs, task.split('/')[0] ?? ''));
    return Object.hasOwn(secrets, name) || real.length === 0 ? [] : [`\n  - ${name}, for ${real.join(', ')}`];
  });
  if (missing.length === 0) return;
  throw new TestKitError(
    `workflow '${id}' needs secrets that the test does not give: say secrets: { NAME: 'a test value' }, or stub these tasks${missing.join('')}`,
  );
}

/** What a stubbed task reads, of what was given: nobody has to give it what its handler would need. */
export function secretsGiven(
  { secrets: names }: TaskDefinition,
  given: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  return names?.filter((name) => Object.hasOwn(given, name));
}
