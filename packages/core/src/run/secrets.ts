import { compile } from '../compile/compile.ts';
import { environment } from '../execute/system.ts';
import type { WorkflowDefinition } from '../model/definition.ts';
import type { SecretsProvider } from '../model/secret.ts';
import { Vault } from '../secrets/vault.ts';

/**
 * Makes sure that the secrets are there that a workflow's tasks need. A run does so itself before it starts.
 *
 * @param provider Where they come from. @default the environment of this process
 * @throws SecretsError that names all that are missing, and who needs them.
 * @throws DefinitionError
 */
export async function checkSecrets(
  workflow: { readonly definition: WorkflowDefinition },
  provider: SecretsProvider = environment,
): Promise<void> {
  const { id, needs } = compile(workflow);
  await new Vault(provider).fetch(id, needs.secrets);
}
