import { OptionError } from '@wf-sdk/core';

/** @throws OptionError for an option that is given to a run, and is different in each of many. */
export function refuseOptions(options: object, names: readonly string[]): void {
  for (const [name, value] of Object.entries(options))
    if (names.includes(name) && value !== undefined)
      throw new OptionError(name, 'left out: each of the runs has its own', value);
}
