import { workflow } from 'wf-sdk';
import { z } from 'zod';
import { readTable } from './csv.ts';
import { mayRecover, NORMALS_CSV, readText, save, WEATHER_CSV } from './files.ts';
import { headline, toJson, toMarkdown, toReport } from './report.ts';
import { units } from './units.ts';
import {
  compare,
  compareToNormal,
  countSkies,
  daysIn,
  hourlyNormal,
  inBoth,
  measureRain,
  measureTemperature,
  measureWind,
  observation,
} from './weather.ts';

const input = z.object({
  year: z.int().min(2012).max(2015).default(2014).describe('Year in which the cities are compared'),
  units: units.default('metric').describe('Units of what people read; the JSON is always metric'),
  data: z.string().optional().describe('Another CSV of daily weather, with the same columns'),
  maxRejected: z.int().min(0).default(10).describe('Unusable rows of a file before the run fails'),
  out: z.string().optional().describe('Folder for the report (default: out/ beside the pipeline)'),
});

export default workflow('weather', {
  version: '1.0.0',
  description: 'Which city is rainier, Seattle or New York?',
  input,
})
  // A busy disk or a slow network drive is worth another attempt; a file that is not there is not.
  .addTask('weatherCsv')
  .retry({ attempts: 3, delay: '100ms', retryIf: mayRecover })
  .timeout('10s')
  .run(({ input }, { signal }) => readText(input.data ?? WEATHER_CSV, signal))

  .addTask('normalsCsv')
  .retry({ attempts: 3, delay: '100ms', retryIf: mayRecover })
  .timeout('10s')
  .run((_, { signal }) => readText(NORMALS_CSV, signal))

  // Rows that do not fit their schema are logged, listed in the report, and tolerated up to a limit.
  .addTask('observations')
  .dependsOn('weatherCsv')
  .run(({ input, weatherCsv }, { log }) => readTable(weatherCsv, observation, input.maxRejected, log))

  .addTask('normals')
  .dependsOn('normalsCsv')
  .run(({ input, normalsCsv }, { log }) => readTable(normalsCsv, hourlyNormal, input.maxRejected, log))

  .addTask('seattle')
  .dependsOn('observations')
  .run(({ input, observations }) => daysIn('Seattle', input.year, observations.rows))

  .addTask('newYork')
  .dependsOn('observations')
  .run(({ input, observations }) => daysIn('New York', input.year, observations.rows))

  // Four views of the same days, side by side.
  .addTask('rain')
  .dependsOn('seattle', 'newYork')
  .run((cities) => inBoth(cities, measureRain))

  .addTask('temperature')
  .dependsOn('seattle', 'newYork')
  .run((cities) => inBoth(cities, measureTemperature))

  .addTask('wind')
  .dependsOn('seattle', 'newYork')
  .run((cities) => inBoth(cities, measureWind))

  .addTask('sky')
  .dependsOn('seattle', 'newYork')
  .run((cities) => inBoth(cities, countSkies))

  // Normals come with the data for Seattle only.
  .addTask('departure')
  .dependsOn('temperature', 'normals')
  .run(({ temperature, normals }) => compareToNormal(temperature.seattle, normals.rows))

  .addTask('comparison')
  .dependsOn('rain', 'temperature', 'wind', 'sky')
  .run(compare)

  .addTask('report')
  .dependsOn('observations', 'normals', 'rain', 'temperature', 'wind', 'sky', 'departure', 'comparison')
  .run(toReport)

  .addTask('markdown')
  .dependsOn('report')
  .run(({ input, report }, { signal }) =>
    save(input.out, `weather-${input.year}.md`, toMarkdown(report, input.units), signal),
  )

  .addTask('json')
  .dependsOn('report')
  .run(({ input, report }, { signal }) =>
    save(input.out, `weather-${input.year}.json`, toJson(report), signal),
  )

  .output(({ input, report, markdown }) => ({ ...headline(report, input.units), report: markdown }));
