const BRAND = Symbol.for('wf-sdk.skip');

/** The type of {@link skip}. */
export interface Skip {
  readonly '~skip': true;
}

/** Said by a fallback, or given by its function: the task is skipped instead of failing. */
export const skip: Skip = Object.freeze({ '~skip': true as const, [BRAND]: true });

/** Whether a value is `skip`, from this copy of the package or another. */
export function isSkip(value: unknown): value is Skip {
  return typeof value === 'object' && value !== null && BRAND in value;
}
