import type { Table } from './csv.ts';
import { formats, type Units } from './units.ts';
import type {
  Cities,
  Comparison,
  Departure,
  HourlyNormal,
  Observation,
  Rain,
  Skies,
  Temperature,
  Wind,
} from './weather.ts';

interface Findings {
  readonly input: { readonly year: number };
  readonly observations: Table<Observation>;
  readonly normals: Table<HourlyNormal>;
  readonly rain: Cities<Rain>;
  readonly temperature: Cities<Temperature>;
  readonly wind: Cities<Wind>;
  readonly sky: Cities<Skies>;
  readonly departure: Departure;
  readonly comparison: Comparison;
}

export type Report = ReturnType<typeof toReport>;
/** Everything the report says, in metric units: what is written as JSON, and what the Markdown is made from. */
export function toReport({ input, observations, normals, ...findings }: Findings) {
  return {
    year: input.year,
    ...findings,
    rejected: { observations: observations.rejected, normals: normals.rejected },
  };
}

/** Two decimals are more than was measured. */
export function toJson(report: Report): string {
  const round = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Math.round(value * 100) / 100 : value;
  return `${JSON.stringify(report, round, 2)}\n`;
}

/** What to see at a glance. */
export function headline(report: Report, units: Units) {
  const { rain, temperature, sky, rejected } = report;
  const format = formats[units];
  const glance = (city: keyof Cities<unknown>): string =>
    [
      `${format.precipitation(rain[city].total)} of precipitation`,
      `${rain[city].wetDays} wet days (${rain[city].longestWetSpell.days} in a row)`,
      `${sky[city].sun} days of sun`,
      `${format.temperature(temperature[city].mean)} on average`,
    ].join(', ');
  return {
    verdict: verdict(report, units),
    seattle: glance('seattle'),
    newYork: glance('newYork'),
    rejectedRows: rejected.observations.length + rejected.normals.length,
  };
}

function verdict({ year, comparison }: Report, units: Units): string {
  const { precipitation, wetDays } = comparison;
  const more = `more precipitation (by ${formats[units].precipitation(precipitation.by)})`;
  const oftener = `more wet days (by ${wetDays.by})`;
  if (precipitation.city === undefined || wetDays.city === undefined) {
    return `In ${year}: ${precipitation.city ?? 'neither city'} had ${more}, ${wetDays.city ?? 'neither city'} ${oftener}.`;
  }
  return precipitation.city === wetDays.city
    ? `In ${year} ${wetDays.city} had both ${more} and ${oftener}.`
    : `In ${year} ${precipitation.city} had ${more}, but ${wetDays.city} had ${oftener}.`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function toMarkdown(report: Report, units: Units): string {
  const { rain, temperature, wind, sky, departure, comparison, rejected } = report;
  const format = formats[units];
  const compared = <T>(label: string, cities: Cities<T>, show: (city: T) => string | number) =>
    [label, show(cities.seattle), show(cities.newYork)] as const;
  const rejections = [
    ...rejected.observations.map(({ line, reason }) => `- weather, line ${line}: ${reason}`),
    ...rejected.normals.map(({ line, reason }) => `- normals, line ${line}: ${reason}`),
  ];

  return `# Seattle and New York in ${report.year}

${verdict(report, units)} Seattle was the wetter city in ${comparison.wetterMonths.seattle} months, New York in ${comparison.wetterMonths.newYork}.

${table(
  ['', 'Seattle', 'New York'],
  [
    compared('Precipitation', rain, ({ total }) => format.precipitation(total)),
    compared('Wet days (1 mm or more)', rain, ({ wetDays }) => wetDays),
    compared('Longest wet spell', rain, ({ longestWetSpell }) => showSpell(longestWetSpell)),
    compared('Wettest day', rain, ({ wettest }) => `${format.precipitation(wettest.value)}, ${wettest.date}`),
    compared('Mean temperature', temperature, ({ mean }) => format.temperature(mean)),
    compared(
      'Hottest day',
      temperature,
      ({ hottest }) => `${format.temperature(hottest.value)}, ${hottest.date}`,
    ),
    compared(
      'Coldest day',
      temperature,
      ({ coldest }) => `${format.temperature(coldest.value)}, ${coldest.date}`,
    ),
    compared('Mean wind', wind, ({ mean }) => format.wind(mean)),
    compared('Windiest day', wind, ({ strongest }) => `${format.wind(strongest.value)}, ${strongest.date}`),
    compared('Days of sun', sky, ({ sun }) => sun),
    compared('Days of fog', sky, ({ fog }) => fog),
    compared('Days of drizzle', sky, ({ drizzle }) => drizzle),
    compared('Days of rain', sky, ({ rain }) => rain),
    compared('Days of snow', sky, ({ snow }) => snow),
  ],
)}

## Month by month

Seattle was warmer than its 1981–2010 normal in ${departure.monthsAbove} months.

${table(
  ['', 'Precipitation: Seattle', 'New York', 'Mean temperature: Seattle', 'New York', 'Seattle, from normal'],
  MONTHS.map((name, month) => [
    name,
    format.precipitation(rain.seattle.byMonth[month] ?? Number.NaN),
    format.precipitation(rain.newYork.byMonth[month] ?? Number.NaN),
    format.temperature(temperature.seattle.byMonth[month] ?? Number.NaN),
    format.temperature(temperature.newYork.byMonth[month] ?? Number.NaN),
    format.departure(departure.byMonth[month] ?? Number.NaN),
  ]),
)}

## Rejected rows

${rejections.length === 0 ? 'None: every row fitted its schema.' : rejections.join('\n')}
`;
}

function showSpell({ days, from, to }: Rain['longestWetSpell']): string {
  return from === undefined ? 'none' : `${days} days, ${from} to ${to}`;
}

function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const rule = header.map((_, column) => (column === 0 ? '---' : '--:'));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
