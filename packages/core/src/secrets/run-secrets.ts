import type { CompensationResult } from '../model/compensation.ts';
import type { TaskDefinition } from '../model/definition.ts';
import type { RunEvent } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { SecretsProvider } from '../model/secret.ts';
import { Vault } from './vault.ts';

/** Who tells what became true of a run. */
interface Teller {
  redact: ((event: RunEvent) => RunEvent) | undefined;
}

/** The errors that a run's result will have. */
interface Errors {
  failures(): Iterable<readonly [number, Error]>;
  attemptErrors(task: number): readonly Error[];
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/** What a run has to do with secrets: nothing, as long as neither it nor a run below it needs any. */
export class RunSecrets {
  readonly #plan: Plan;
  readonly #provider: SecretsProvider;
  readonly #above: RunSecrets | undefined;
  readonly #teller: Teller;
  #vault: Vault | undefined;

  /** @param above Of the run whose task runs this one, if one does: a family of runs has one vault. */
  constructor(plan: Plan, provider: SecretsProvider, above: RunSecrets | undefined, teller: Teller) {
    this.#plan = plan;
    this.#provider = provider;
    this.#above = above;
    this.#teller = teller;
    if (plan.needs.secrets.length > 0 || above?.isOpen === true) this.#open();
  }

  get isOpen(): boolean {
    return this.#vault !== undefined;
  }

  #open(): Vault {
    if (this.#vault === undefined) {
      this.#vault = this.#above === undefined ? new Vault(this.#provider) : this.#above.#open();
      this.#teller.redact = this.#vault.redactEvent;
    }
    return this.#vault;
  }

  /** Calls back when all that the run needs is there; in the same turn, where it needs nothing. */
  fetch(begin: () => void, refuse: (error: Error) => void): void {
    const { id, needs } = this.#plan;
    if (this.#vault === undefined || needs.secrets.length === 0) return begin();
    this.#vault.fetch(id, needs.secrets).then(begin, refuse);
  }

  of(task: TaskDefinition): Readonly<Record<string, string>> {
    return task.secrets === undefined || this.#vault === undefined ? NONE : this.#vault.of(task);
  }

  redact<Value>(value: Value): Value {
    return this.#vault?.redact(value) ?? value;
  }

  /** @throws SecretExposedError where a value that would be kept holds a secret. */
  refuse(subject: string, name: string, value: unknown): void {
    this.#vault?.refuse(subject, name, value);
  }

  /** Takes secrets out of the errors that the result will have, whether anybody was told of them or not. */
  cleanse(error: Error | undefined, errors: Errors, compensations: readonly CompensationResult[]): void {
    if (this.#vault === undefined) return;
    this.redact(error);
    for (const [, failure] of errors.failures()) this.redact(failure);
    for (const { index } of this.#plan.tasks)
      for (const tried of errors.attemptErrors(index)) this.redact(tried);
    for (const compensation of compensations) this.redact(compensation.error);
  }
}
