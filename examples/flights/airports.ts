import { z } from 'zod';

/** How many flights left an airport, and how many of them were late. */
export const departures = z.object({
  airport: z.string().regex(/^[A-Z]{3}$/),
  flights: z.int().min(1),
  late: z.int().min(0),
});

export type Departures = z.infer<typeof departures>;

/** The airports with the largest share of late flights first; those with fewer flights than this are left out. */
export function mostlyLate(months: readonly (readonly Departures[])[], atLeast: number): Departures[] {
  const total = new Map<string, Departures>();
  for (const { airport, flights, late } of months.flat()) {
    const before = total.get(airport) ?? { airport, flights: 0, late: 0 };
    total.set(airport, { airport, flights: before.flights + flights, late: before.late + late });
  }
  return [...total.values()]
    .filter(({ flights }) => flights >= atLeast)
    .toSorted((a, b) => shareOf(b) - shareOf(a) || a.airport.localeCompare(b.airport));
}

export function toCsv(airports: readonly Departures[]): string {
  const rows = airports.map((one) => [one.airport, one.flights, one.late, shareOf(one).toFixed(3)].join());
  return ['airport,flights,late,share', ...rows, ''].join('\n');
}

export function headline([worst, ...others]: readonly Departures[]): string {
  const best = others.at(-1);
  if (worst === undefined || best === undefined) return 'There are not two airports to compare';
  return `Late from ${worst.airport}: ${percent(worst)} of its flights; from ${best.airport}: ${percent(best)}`;
}

function shareOf({ flights, late }: Departures): number {
  return late / flights;
}

function percent(airport: Departures): string {
  return `${(shareOf(airport) * 100).toFixed(1)} %`;
}
