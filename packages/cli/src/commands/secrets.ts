import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import {
  checkSecrets,
  type SecretNeed,
  SecretsError,
  type SecretsProvider,
  type WorkflowDefinition,
} from '@wf-sdk/core';
import { showPath } from '../load/show-path.ts';
import { UsageError } from '../usage-error.ts';

/**
 * Where a run's secrets come from: the environment; then the file that was named, else `.env` in this folder and the one
 * beside the pipeline. Files are not read before a secret is asked for.
 *
 * @param pipeline The file that exports the workflow, as a path.
 * @throws UsageError where secrets are missing that the workflow needs, or the file that was named cannot be read.
 */
export async function secretsFor(
  workflow: { readonly definition: WorkflowDefinition },
  pipeline: string,
  named: string | undefined,
): Promise<SecretsProvider> {
  const files = named === undefined ? filesBeside(pipeline) : [resolve(named)];
  if (named !== undefined) readVariables(resolve(named), true);
  let variables: Readonly<Record<string, string | undefined>> | undefined;
  const provider: SecretsProvider = (names) => {
    variables ??= Object.assign(
      {},
      ...files.toReversed().map((file) => readVariables(file, named !== undefined)),
    );
    const known = variables;
    return Object.fromEntries(names.map((name) => [name, process.env[name] || known?.[name]]));
  };
  try {
    await checkSecrets(workflow, provider);
  } catch (error) {
    if (!(error instanceof SecretsError) || error.code !== 'secrets_missing') throw error;
    const lines = error.missing.map(({ name, tasks }) => `  ${name}  for ${tasks.join(', ')}`);
    const where = files.map((file) => showPath(file, process.cwd())).join(' or ');
    throw new UsageError(
      [
        `workflow '${workflow.definition.id}' needs secrets that are not set:`,
        ...lines,
        `set them in the environment, or in ${where}`,
      ].join('\n'),
      { cause: error },
    );
  }
  return provider;
}

/** The secrets that a run would be refused for, and what its user would be told. */
export interface MissingSecrets {
  readonly needs: readonly SecretNeed[];
  readonly message: string;
}

/**
 * Looks for them as a run would, without running anything. Takes what `secretsFor` takes.
 *
 * @throws UsageError where the file that was named cannot be read.
 */
export async function missingSecrets(
  ...run: Parameters<typeof secretsFor>
): Promise<MissingSecrets | undefined> {
  try {
    await secretsFor(...run);
    return undefined;
  } catch (error) {
    if (!(error instanceof UsageError && error.cause instanceof SecretsError)) throw error;
    return { needs: error.cause.missing, message: error.message };
  }
}

function filesBeside(pipeline: string): readonly string[] {
  return [...new Set([resolve('.env'), resolve(dirname(pipeline), '.env')])];
}

/** @throws UsageError */
function readVariables(file: string, mustExist: boolean): Readonly<Record<string, string | undefined>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !mustExist) return {};
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new UsageError(`${showPath(file, process.cwd())} cannot be read: ${why}`, { cause: error });
  }
  return parseEnv(text);
}
