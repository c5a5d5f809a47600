const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

const SHOWN_IN = ['TB', 'GB', 'MB', 'KB'] as const;

/** How many bytes a user means, a broken one rounded up, or `undefined` if it is no number of bytes. */
export function parseBytes(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.ceil(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^(\d+(?:\.\d+)?)(B|[KMGT]i?B)$/.exec(value);
  if (match === null) return undefined;
  const [, amount, unit] = match;
  return Math.ceil(Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN));
}

/** A number of bytes as users write it, to four digits: `16.82GB`. */
export function showBytes(bytes: number): string {
  const unit = SHOWN_IN.find((name) => bytes >= (UNITS[name] ?? 1)) ?? 'B';
  return `${Number((bytes / (UNITS[unit] ?? 1)).toPrecision(4))}${unit}`;
}
