import { z } from 'zod';

const amount = z
  .string()
  .regex(/^\d+(\.\d+)?$/, { abort: true, error: ({ input }) => `not an amount: ${JSON.stringify(input)}` })
  .transform(Number);
const degrees = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, {
    abort: true,
    error: ({ input }) => `not a temperature: ${JSON.stringify(input)}`,
  })
  .transform(Number);

/** One day in one city, as `weather.csv` has it: millimetres, degrees Celsius, metres per second. */
export const observation = z
  .object({
    location: z.enum(['Seattle', 'New York']),
    date: z.iso.date(),
    precipitation: amount,
    temp_max: degrees,
    temp_min: degrees,
    wind: amount,
    weather: z.enum(['sun', 'fog', 'drizzle', 'rain', 'snow']),
  })
  .refine((day) => day.temp_min <= day.temp_max, 'temp_min is above temp_max');

/** What is normal for one hour of the year in Seattle: the mean over 1981–2010. */
export const hourlyNormal = z.object({ date: z.iso.datetime({ local: true }), temperature: degrees });

export type Observation = z.infer<typeof observation>;
export type HourlyNormal = z.infer<typeof hourlyNormal>;
export type CityName = Observation['location'];
type Days = readonly Observation[];

/** The same thing for each of the two cities. */
export interface Cities<T> {
  readonly seattle: T;
  readonly newYork: T;
}

export function inBoth<T, Measure>(cities: Cities<T>, measure: (city: T) => Measure): Cities<Measure> {
  return { seattle: measure(cities.seattle), newYork: measure(cities.newYork) };
}

/** @throws Error when there is not a single day: a comparison with nothing would be none. */
export function daysIn(city: CityName, year: number, observations: Days): Days {
  const days = observations
    .filter(({ location, date }) => location === city && date.startsWith(`${year}-`))
    .toSorted((a, b) => a.date.localeCompare(b.date));
  if (days.length === 0) throw new Error(`the data has no usable day of ${year} for ${city}`);
  return days;
}

export type Rain = ReturnType<typeof measureRain>;
export function measureRain(days: Days) {
  return {
    total: sum(days.map(({ precipitation }) => precipitation)),
    wetDays: days.filter(isWet).length,
    wettest: highest(days, 'precipitation'),
    longestWetSpell: longestWetSpell(days),
    byMonth: byMonth(days, (month) => sum(month.map(({ precipitation }) => precipitation))),
  };
}

export type Temperature = ReturnType<typeof measureTemperature>;
export function measureTemperature(days: Days) {
  return {
    mean: mean(days.map(meanOfDay)),
    hottest: highest(days, 'temp_max'),
    coldest: lowest(days, 'temp_min'),
    byMonth: byMonth(days, (month) => mean(month.map(meanOfDay))),
  };
}

export type Wind = ReturnType<typeof measureWind>;
export function measureWind(days: Days) {
  return { mean: mean(days.map(({ wind }) => wind)), strongest: highest(days, 'wind') };
}

export type Skies = ReturnType<typeof countSkies>;
export function countSkies(days: Days): Record<Observation['weather'], number> {
  const skies = { sun: 0, fog: 0, drizzle: 0, rain: 0, snow: 0 };
  for (const { weather } of days) skies[weather] += 1;
  return skies;
}

export type Departure = ReturnType<typeof compareToNormal>;
/** How much warmer each month was than it is on average. */
export function compareToNormal({ byMonth: months }: Temperature, normals: readonly HourlyNormal[]) {
  const normal = byMonth(normals, (month) => mean(month.map(({ temperature }) => temperature)));
  const departures = months.map((temperature, month) => temperature - (normal[month] ?? Number.NaN));
  return { byMonth: departures, monthsAbove: departures.filter((departure) => departure > 0).length };
}

interface Measures {
  readonly rain: Cities<Rain>;
  readonly temperature: Cities<Temperature>;
  readonly wind: Cities<Wind>;
  readonly sky: Cities<Skies>;
}

export type Comparison = ReturnType<typeof compare>;
/** Which city has more of what. */
export function compare({ rain, temperature, wind, sky }: Measures) {
  const months = rain.seattle.byMonth.map((seattle, month) =>
    lead({ seattle, newYork: rain.newYork.byMonth[month] ?? Number.NaN }),
  );
  return {
    precipitation: lead(inBoth(rain, ({ total }) => total)),
    wetDays: lead(inBoth(rain, ({ wetDays }) => wetDays)),
    wetterMonths: {
      seattle: months.filter(({ city }) => city === 'Seattle').length,
      newYork: months.filter(({ city }) => city === 'New York').length,
    },
    warmth: lead(inBoth(temperature, ({ mean: warmth }) => warmth)),
    wind: lead(inBoth(wind, ({ mean: speed }) => speed)),
    sunnyDays: lead(inBoth(sky, ({ sun }) => sun)),
  };
}

/** Sums of the same tenths may differ in their last bit. */
const EQUAL = 1e-6;

/** The city with more, and how much more; no city where they are equal. */
function lead({ seattle, newYork }: Cities<number>): { city: CityName | undefined; by: number } {
  const by = Math.abs(seattle - newYork);
  if (!(by > EQUAL)) return { city: undefined, by: 0 };
  return { city: seattle > newYork ? 'Seattle' : 'New York', by };
}

/** Climatology counts a day as wet from one millimetre (WMO and ETCCDI, index RR1). */
function isWet({ precipitation }: Observation): boolean {
  return precipitation >= 1;
}

/** The most wet days in a row, the first such spell of the year. A day that is missing ends a spell. */
export function longestWetSpell(days: Days) {
  let longest: Days = [];
  let spell: Days = [];
  for (const day of days) {
    if (!isWet(day)) spell = [];
    else spell = isDayAfter(day, spell.at(-1)) ? [...spell, day] : [day];
    if (spell.length > longest.length) longest = spell;
  }
  return { days: longest.length, from: longest[0]?.date, to: longest.at(-1)?.date };
}

function isDayAfter(day: Observation, before: Observation | undefined): boolean {
  return before !== undefined && Date.parse(day.date) - Date.parse(before.date) === 24 * 60 * 60 * 1000;
}

/** A day's mean is the middle between its extremes, as NOAA reports it. */
function meanOfDay({ temp_min, temp_max }: Observation): number {
  return (temp_min + temp_max) / 2;
}

function byMonth<Row extends { readonly date: string }>(
  rows: readonly Row[],
  measure: (rows: readonly Row[]) => number,
): readonly number[] {
  const monthOf = ({ date }: Row): number => Number(date.slice(5, 7));
  return Array.from({ length: 12 }, (_, index) => measure(rows.filter((row) => monthOf(row) === index + 1)));
}

type Measured = 'precipitation' | 'temp_max' | 'temp_min' | 'wind';

function highest(days: Days, key: Measured) {
  const day = days.reduce((best, next) => (next[key] > best[key] ? next : best));
  return { date: day.date, value: day[key] };
}

function lowest(days: Days, key: Measured) {
  const day = days.reduce((best, next) => (next[key] < best[key] ? next : best));
  return { date: day.date, value: day[key] };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
