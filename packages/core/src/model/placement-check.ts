import { parseBytes } from '../lib/bytes.ts';
import { parseDuration } from '../lib/duration.ts';
import type { Pool, ResourceAmounts } from './placement.ts';

/** Is told of an option that cannot be used: which, what it must be, and what was given. */
export type Bad = (option: string, wanted: string, given: unknown) => void;

const WHOLE = 'a whole number from 1';
const BYTES = `a number of bytes: a number from 0, or '512MB', '2GB', '1.5GiB'`;

/** Checks a pool, wherever it comes from: untyped code may have made it without `pool()`. */
export function isPool(given: unknown, bad: Bad): given is Pool {
  let good = true;
  const wrong: Bad = (option, wanted, value) => {
    good = false;
    bad(option, wanted, value);
  };
  if (!isObject(given)) {
    wrong('pool', `made with pool('…', { slots: 3 })`, given);
    return false;
  }
  const { name, slots, perKey, rate, ...others } = given;
  if (typeof name !== 'string' || name === '') wrong('name', 'some text', name);
  if (slots !== undefined && !isWhole(slots)) wrong('slots', WHOLE, slots);
  if (perKey !== undefined && !isWhole(perKey)) wrong('perKey', WHOLE, perKey);
  if (rate !== undefined) checkRate(rate, wrong);
  for (const [option, value] of Object.entries(others))
    wrong(option, 'left out, as a pool has slots, perKey and rate', value);
  return good;
}

function checkRate(rate: unknown, bad: Bad): void {
  if (!isObject(rate)) return bad('rate', `a rate such as { limit: 10, interval: '1s' }`, rate);
  const { limit, interval, ...others } = rate;
  if (!isWhole(limit)) bad('rate.limit', WHOLE, limit);
  if (!((parseDuration(interval) ?? 0) > 0))
    bad(
      'rate.interval',
      `a duration longer than nothing, in milliseconds or as '250ms', '5s', '1m'`,
      interval,
    );
  for (const [option, value] of Object.entries(others))
    bad(`rate.${option}`, 'left out, as a rate has limit and interval', value);
}

/** Reads amounts of resources as users write them. What is not named, or is wrong, is left out. */
export function readAmounts(given: unknown, bad: Bad): Partial<ResourceAmounts> {
  if (!isObject(given)) {
    bad('resources', `amounts such as { cpu: 2, memory: '1GB' }`, given);
    return {};
  }
  const { cpu, memory, gpu, disk, ...others } = given;
  const count = (option: string, value: unknown): number | undefined => {
    if (value === undefined || (Number.isFinite(value) && (value as number) >= 0))
      return value as number | undefined;
    bad(option, 'a number from 0', value);
    return undefined;
  };
  const bytes = (option: string, value: unknown): number | undefined => {
    const parsed = parseBytes(value);
    if (value !== undefined && parsed === undefined) bad(option, BYTES, value);
    return parsed;
  };
  for (const [option, value] of Object.entries(others))
    bad(option, 'left out, as resources are cpu, memory, gpu and disk', value);
  const amounts = {
    cpu: count('cpu', cpu),
    memoryBytes: bytes('memory', memory),
    gpu: count('gpu', gpu),
    diskBytes: bytes('disk', disk),
  };
  return Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount !== undefined));
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
