import type { TaskDefinition } from '../model/definition.ts';
import type { RunEvent } from '../model/event.ts';
import type { SecretNeed, SecretsProvider } from '../model/secret.ts';
import { SecretExposedError, SecretsError } from '../model/secret-error.ts';
import { findSecret } from './find-secret.ts';
import { redact } from './redact.ts';
import { Redactor } from './redactor.ts';

/** What in an event can be anything, or is text that somebody wrote. */
const TOLD: ReadonlySet<string> = new Set([
  'about',
  'by',
  'error',
  'fields',
  'input',
  'message',
  'output',
  'reason',
  'refused',
  'value',
]);

/** The secrets of a run and of the runs below it. They are nowhere else. */
export class Vault {
  readonly #provider: SecretsProvider;
  readonly #values = new Map<string, string>();
  readonly #given = new WeakMap<TaskDefinition, Readonly<Record<string, string>>>();
  #redactor: Redactor | undefined;

  constructor(provider: SecretsProvider) {
    this.#provider = provider;
  }

  /** Fetches what is needed and not there yet. @throws SecretsError */
  async fetch(workflow: string, needs: readonly SecretNeed[]): Promise<void> {
    const wanted = needs.filter(({ name }) => !this.#values.has(name));
    if (wanted.length === 0) return;
    const names = wanted.map(({ name }) => name);
    let given: Readonly<Record<string, unknown>>;
    try {
      given = await this.#provider(names);
      if (typeof given !== 'object' || given === null)
        throw new TypeError('the option secrets must give an object of texts by name');
    } catch (cause) {
      throw new SecretsError(workflow, wanted, { cause: cause ?? 'no reason was given' });
    }
    const missing = wanted.filter(({ name }) => textOf(given, name) === undefined);
    if (missing.length > 0) throw new SecretsError(workflow, missing);
    for (const name of names) this.#values.set(name, textOf(given, name) ?? '');
    this.#redactor = new Redactor(this.#values);
  }

  /** What a task named, and nothing else. */
  of(task: TaskDefinition): Readonly<Record<string, string>> {
    let given = this.#given.get(task);
    if (given === undefined) {
      const names = task.secrets ?? [];
      given = Object.freeze(Object.fromEntries(names.map((name) => [name, this.#values.get(name) ?? ''])));
      this.#given.set(task, given);
    }
    return given;
  }

  redact<Value>(value: Value): Value {
    // Of what is no text or error a copy is made, with texts in the place of secrets.
    return this.#redactor === undefined ? value : (redact(value, this.#redactor) as Value);
  }

  /** @throws SecretExposedError where a value that would be kept holds a secret. */
  refuse(subject: string, name: string, value: unknown): void {
    const found = this.#redactor && findSecret(value, name, this.#redactor);
    if (found !== undefined) throw new SecretExposedError(subject, this.redact(found.path), found.secret);
  }

  readonly redactEvent = (event: RunEvent): RunEvent => {
    if (this.#redactor === undefined) return event;
    let clean: Record<string, unknown> | undefined;
    for (const [key, value] of Object.entries(event)) {
      if (!TOLD.has(key)) continue;
      const told = this.redact(value as unknown);
      if (told !== value) (clean ??= { ...event })[key] = told;
    }
    // The same event, of which some values were replaced that can be anything.
    return clean === undefined ? event : (clean as unknown as RunEvent);
  };
}

/** An empty value is as good as none. */
function textOf(given: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
