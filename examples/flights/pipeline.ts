import { workflow } from 'wf-sdk';
import { shell } from 'wf-sdk/tasks';
import { z } from 'zod';
import { departures, headline, mostlyLate, toCsv } from './airports.ts';
import { FLIGHTS_CSV, HERE, tableIn } from './files.ts';

const input = z.object({
  atLeast: z.int().min(1).default(1_000).describe('Airports with fewer flights are left out'),
  out: z.string().optional().describe('Folder for the table (default: out/ beside the pipeline)'),
});

export default workflow('flights', {
  version: '1.0.0',
  description: 'From which American airports did flights leave late, early in 2001?',
  input,
})
  // Three processes at once, each for a month. What they print is checked, so what follows has it typed.
  .addTask('months')
  .matrix({ month: ['01', '02', '03'] })
  .timeout('1m')
  .run(
    shell(
      ({ matrix }) => ['awk', '-F,', '-v', `month=${matrix.month}`, '-f', 'count-late.awk', FLIGHTS_CSV],
      { cwd: HERE, output: z.array(departures) },
    ),
  )

  .addTask('airports')
  .dependsOn('months')
  .run(({ input, months }) => mostlyLate(months, input.atLeast))

  // A text for the shell has no data in it: the table comes as its input, the file's name by the environment.
  .addTask('table')
  .dependsOn('airports')
  .run(
    shell(({ input, airports }) => ({
      command:
        'mkdir -p "$(dirname "$TABLE")" && gzip -9 > "$TABLE" && gzip -l "$TABLE" >&2 && echo "$TABLE"',
      input: toCsv(airports),
      env: { TABLE: tableIn(input.out) },
    })),
  )

  .addTask('check')
  .dependsOn('table')
  .run(shell(({ table }) => ['gzip', '-t', table], { output: 'none' }))

  .output(({ airports, table }) => ({ headline: headline(airports), airports: airports.length, table }));
