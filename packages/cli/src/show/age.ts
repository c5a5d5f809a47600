const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** How long ago something was, in one word and a unit: `just now`, `40 s ago`, `3 h ago`. @param ms Milliseconds. */
export function formatAge(ms: number): string {
  const found = UNITS.find(([, length]) => ms >= length);
  return found === undefined ? 'just now' : `${Math.floor(ms / found[1])} ${found[0]} ago`;
}

/** An instant as people write it, in their own time zone, to the second: `2026-01-31 12:00:05`. */
export function formatInstant(at: number): string {
  const date = new Date(at);
  const [day, time] = [
    [date.getFullYear(), date.getMonth() + 1, date.getDate()],
    [date.getHours(), date.getMinutes(), date.getSeconds()],
  ].map((parts) => parts.map((part) => String(part).padStart(2, '0')));
  return `${day?.join('-') ?? ''} ${time?.join(':') ?? ''}`;
}
