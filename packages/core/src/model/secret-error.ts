import { WorkflowError } from './error.ts';
import type { SecretNeed } from './secret.ts';

/** Secrets that a run needs are missing, or could not be fetched. Nothing of the run was started. */
export class SecretsError extends WorkflowError {
  readonly code: 'secrets_missing' | 'secrets_unavailable';
  /** Those that are missing; where they could not be fetched, all that are needed. */
  readonly missing: readonly SecretNeed[];

  constructor(workflow: string, missing: readonly SecretNeed[], options: ErrorOptions = {}) {
    const isFetched = options.cause === undefined;
    const lines = missing.map(({ name, tasks }) => `\n  - ${name}, for ${listOf(tasks)}`).join('');
    const cause = options.cause instanceof Error ? options.cause.message : String(options.cause);
    super(
      isFetched
        ? `workflow '${workflow}' needs secrets that are not set:${lines}\nSet them in the environment, or give run the option secrets`
        : `the secrets of workflow '${workflow}' could not be fetched: ${cause}. It needs:${lines}`,
      options,
    );
    this.code = isFetched ? 'secrets_missing' : 'secrets_unavailable';
    this.missing = missing;
  }
}

/** What is to be kept in a store holds a secret. Never retried: whatever is kept is kept without secrets. */
export class SecretExposedError extends WorkflowError {
  readonly code = 'secret_exposed' as const;
  readonly secret: string;
  /** Where in the value the secret stands: `output.headers.authorization`. */
  readonly path: string;

  constructor(subject: string, path: string, secret: string) {
    super(
      `${subject} holds the value of secret ${secret} at ${path}, and would be kept in the store: leave it out, and read it from ctx.secrets in each task that needs it, by .secrets('${secret}')`,
    );
    this.secret = secret;
    this.path = path;
  }
}

function listOf(tasks: readonly string[]): string {
  return `${tasks.length === 1 ? 'task' : 'tasks'} ${tasks.map((task) => `'${task}'`).join(', ')}`;
}
