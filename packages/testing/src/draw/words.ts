const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** An error in one line: its name, unless that says nothing, and the first line of its message. */
export function errorLine(error: Error): string {
  const [message = ''] = error.message.split('\n', 1);
  if (message === '') return error.name;
  return error.name === 'Error' ? message : `${error.name}: ${message}`;
}

/** A number and what it counts: `1 attempt`, `3 attempts`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A span of time, exactly, in the units in which durations are written: `0ms`, `1m 20s`, `1d 250ms`. */
export function showSpan(ms: number): string {
  const parts: string[] = [];
  let rest = Math.round(ms);
  for (const [unit, size] of UNITS) {
    const whole = Math.floor(rest / size);
    if (whole > 0) parts.push(`${whole}${unit}`);
    rest -= whole * size;
  }
  return parts.length === 0 ? '0ms' : parts.join(' ');
}
