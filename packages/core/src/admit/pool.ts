import { OptionError } from '../model/error.ts';
import type { Pool, PoolOptions } from '../model/placement.ts';
import { isPool } from '../model/placement-check.ts';

/**
 * Names a pool: slots that are shared by every task and every run of the process that takes from a pool of this name.
 *
 * @throws OptionError for an option that is not usable. A second pool of the same name must have the same options:
 * else the first run that uses it throws.
 */
export function pool(name: string, options: PoolOptions): Pool {
  if (typeof options !== 'object' || options === null)
    throw new OptionError(`pool('${name}')`, 'given options such as { slots: 3 }', options);
  const given = Object.entries({ ...options, name }).filter(([, value]) => value !== undefined);
  const made = Object.fromEntries(given) as unknown as Pool;
  isPool(made, (option, wanted, value) => {
    throw new OptionError(`${option}' of pool '${name}`, wanted, value);
  });
  return Object.freeze(made.rate === undefined ? made : { ...made, rate: Object.freeze({ ...made.rate }) });
}
