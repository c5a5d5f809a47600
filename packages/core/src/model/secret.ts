/**
 * Where the values of secrets come from: asked once for each run, before it starts, for all that its tasks need. What it
 * leaves out, or gives as an empty text, is missing.
 */
export type SecretsProvider = (names: readonly string[]) => SecretValues | PromiseLike<SecretValues>;

/** Secrets by name; there may be more of them than are asked for. */
export type SecretValues = Readonly<Record<string, string | undefined>>;

/** A secret, and which tasks need it. Those of a workflow below have the task that runs it before them: `pay/charge`. */
export interface SecretNeed {
  readonly name: string;
  readonly tasks: readonly string[];
}
