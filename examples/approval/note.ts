/** Parts of carbon dioxide in a million of air, a value for each month. */
export type Months = readonly number[];

export function meanOf(months: Months): number {
  return months.reduce((sum, value) => sum + value, 0) / months.length;
}

/** What the note says, before anybody has agreed to it. */
export function draftOf(year: number, mean: number, before: number): string {
  const change = mean - before;
  const verb = change < 0 ? 'fell' : 'rose';
  return `In ${year} the air held ${mean.toFixed(1)} ppm of carbon dioxide; that ${verb} by ${Math.abs(change).toFixed(1)} ppm in a year.`;
}
