const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration as users write it, or `undefined` if it is not one. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  let ms = known.get(value);
  if (ms === undefined) {
    ms = parse(value);
    if (ms !== undefined && known.size < MOST_KNOWN) known.set(value, ms);
  }
  return ms;
}

/** A workflow says the same few durations again and again. */
const known = new Map<string, number>();
const MOST_KNOWN = 1_000;

function parse(value: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value);
  if (match === null) return undefined;
  const [, amount, unit] = match;
  return Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN);
}
