import { createHash } from 'node:crypto';
import type { RunEvent } from '@wf-sdk/core';
import { sampleRuns } from '@wf-sdk/testing';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { coloursFor } from '../show/colours.ts';
import { timelineOf } from './from-events.ts';
import { ASCII, UNICODE } from './glyphs.ts';
import { toTimelineHtml } from './html.ts';
import { toTimelineSvg } from './svg.ts';
import { toTimelineText } from './text.ts';
import type { Structure, Timeline } from './timeline.ts';

const plain = coloursFor({}, {});
const TEXT = { columns: 80, most: 30, colours: plain, glyphs: UNICODE } as const;

async function drawn(events: readonly RunEvent[], structure?: Structure): Promise<Timeline> {
  const timeline = await timelineOf(events, {
    source: 'store',
    ...(structure !== undefined && { structureOf: () => structure }),
  });
  if (timeline === undefined) throw new Error('a run without events');
  return timeline;
}

type Fact = RunEvent extends infer Event ? (Event extends RunEvent ? Omit<Event, 'run'> : never) : never;

const of = (facts: readonly Fact[]): RunEvent[] => facts.map((fact) => ({ run: 'r1', ...fact }));

/** `a` fails once, then `b` waits for a slot until `c` ends; `d` is not run. */
const SMALL: RunEvent[] = of([
  { type: 'run.started', at: 0, workflow: 'small', version: '1', input: undefined, total: 4 },
  { type: 'task.queued', at: 0, task: 'a' },
  { type: 'task.queued', at: 0, task: 'c' },
  { type: 'attempt.started', at: 0, task: 'a', attempt: 1 },
  { type: 'attempt.failed', at: 1_000, task: 'a', attempt: 1, error: new Error('busy'), retryInMs: 1_000 },
  { type: 'attempt.started', at: 1_000, task: 'c', attempt: 1 },
  { type: 'task.queued', at: 2_000, task: 'a' },
  { type: 'task.succeeded', at: 4_000, task: 'c', output: 1 },
  { type: 'attempt.started', at: 4_000, task: 'a', attempt: 2 },
  { type: 'task.succeeded', at: 6_000, task: 'a', output: 1 },
  { type: 'task.queued', at: 6_000, task: 'b' },
  { type: 'attempt.started', at: 6_000, task: 'b', attempt: 1 },
  { type: 'attempt.failed', at: 10_000, task: 'b', attempt: 1, error: new TypeError('no <b>') },
  { type: 'task.failed', at: 10_000, task: 'b', error: new TypeError('no <b>') },
  { type: 'task.upstream_failed', at: 10_000, task: 'd', cause: 'b' },
  { type: 'run.finished', at: 10_000, state: 'failed', succeeded: 2, total: 4 },
]);
const STRUCTURE: Structure = [
  { id: 'a', dependsOn: [] },
  { id: 'c', dependsOn: [] },
  { id: 'b', dependsOn: ['a'] },
  { id: 'd', dependsOn: ['b'] },
];

/** The lines of the picture itself. */
function chart(text: string): string[] {
  const lines = text.split('\n');
  return lines.slice(lines.indexOf('') + 1, lines.indexOf('', lines.indexOf('') + 1));
}

describe('as text', () => {
  test('bars, marks, remarks, the path and what was waited for on it', async () => {
    const text = toTimelineText(await drawn(SMALL, STRUCTURE), TEXT);
    expect(chart(text)).toEqual([
      '     |0                      |5 s',
      '✔ a ◆▓▓▓▓▓╌╌╌╌╌··········██████████                     6.0 s, 2 attempts, queu…',
      '✔ c  ·····███████████████                               4.0 s, queued 1.0 s',
      '✖ b ◆                             ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓  4.0 s, failed: TypeErro…',
      '⊘ d                                                     not run: b did not succ…',
    ]);
    expect(text).toContain('critical path: 10.0 s of 10.0 s (100 %)');
    expect(text).toContain(
      'queued 2.0 s, running 3.0 s, waiting to retry 1.0 s\n            got its slot from c',
    );
    expect(text).toContain(
      '· queued   █ running   ▓ an attempt that failed   ╌ waiting to retry\n◆ critical path',
    );
  });

  test('a wait for pools is told apart from one for a slot of the run', async () => {
    const queued = (task: string, pools?: readonly string[]): Fact => ({
      type: 'task.queued',
      at: 0,
      task,
      ...(pools !== undefined && { pools }),
    });
    const ran = (task: string, at: number, admissionMs?: number): Fact[] => [
      { type: 'attempt.started', at, task, attempt: 1, ...(admissionMs !== undefined && { admissionMs }) },
      { type: 'task.succeeded', at: at + 1_000, task, output: 1 },
    ];
    const events = of([
      { type: 'run.started', at: 0, workflow: 'pools', version: '1', input: undefined, total: 5 },
      queued('pool', ['db']),
      queued('both', ['api', 'db']),
      queued('slot', ['db']),
      queued('machine'),
      queued('free'),
      ...ran('free', 2_000),
      ...ran('both', 4_000, 4_000),
      ...ran('slot', 6_000, 2_000),
      ...ran('machine', 8_000, 8_000),
      ...ran('pool', 10_000, 6_000),
      { type: 'run.finished', at: 11_000, state: 'succeeded', succeeded: 5, total: 5 },
    ]);
    const timeline = await drawn(events);
    const text = toTimelineText(timeline, { ...TEXT, columns: 140 });
    expect(chart(text).map((line) => line.replace(/^.* {2}/, ''))).toEqual([
      '|10 s',
      '11.0 s, queued 10.0 s for pool db',
      '5.0 s, queued 4.0 s for pools api and db',
      '7.0 s, queued 6.0 s',
      '9.0 s, queued 8.0 s for the machine',
      '3.0 s, queued 2.0 s',
    ]);
    expect(text).toContain('queued 10.0 s for pool db, running 1.0 s');
    expect(toTimelineSvg(timeline, { most: 30 })).toContain('6.0 s of it for pool db');
  });

  test('fits any width, in ASCII where nothing else can be shown, and in colours where it should', async () => {
    for (const { events } of await sampleRuns()) {
      const timeline = await drawn(events);
      for (const columns of [40, 61, 80, 200]) {
        const text = toTimelineText(timeline, { ...TEXT, columns });
        for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      }
    }
    const ascii = toTimelineText(await drawn(SMALL, STRUCTURE), { ...TEXT, columns: 200, glyphs: ASCII });
    // oxlint-disable-next-line no-control-regex -- what is left is what a terminal without Unicode can show
    expect(ascii).toMatch(/^[\u0000-\u007F]*$/);
    expect(ascii).toContain('x b *');
    const vivid = coloursFor({}, { FORCE_COLOR: '1' });
    const coloured = toTimelineText(await drawn(SMALL, STRUCTURE), { ...TEXT, colours: vivid });
    // oxlint-disable-next-line no-control-regex -- colours are control characters
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(
      toTimelineText(await drawn(SMALL, STRUCTURE), TEXT),
    );
    expect(coloured).not.toBe(coloured.replaceAll('\u001b', ''));
  });

  test('does not let a name or an error draw on the terminal', async () => {
    const evil = of([
      { type: 'run.started', at: 0, workflow: 'w\u001b[2J', version: '1', input: 0, total: 1 },
      { type: 'attempt.started', at: 0, task: 'a\u001b]0;x\u0007\nb', attempt: 1 },
      { type: 'task.failed', at: 5, task: 'a\u001b]0;x\u0007\nb', error: new Error('\u001b[31mred\u0008') },
    ]);
    // oxlint-disable-next-line no-control-regex -- line ends alone are left
    expect(toTimelineText(await drawn(evil), TEXT)).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/);
  });
});

/** So many tasks at once, of which one failed and one was last. */
function many(count: number): RunEvent[] {
  const tasks = Array.from({ length: count }, (_, number) => `t${number}`);
  return of([
    { type: 'run.started', at: 0, workflow: 'many', version: '1', input: 0, total: count },
    ...tasks.map((task): Fact => ({ type: 'task.queued', at: 0, task })),
    ...tasks.map((task): Fact => ({ type: 'attempt.started', at: 1, task, attempt: 1 })),
    ...tasks.map((task, number): Fact =>
      number === 500
        ? { type: 'task.failed', at: 2 + number, task, error: new Error('no') }
        : { type: 'task.succeeded', at: 2 + number, task, output: 0 },
    ),
    { type: 'run.finished', at: 2 + count, state: 'failed', succeeded: count - 1, total: count },
  ]);
}

describe('of many tasks', () => {
  test('those that matter have a line, the others are counted; with all each has one', async () => {
    const timeline = await drawn(many(1_000));
    const lines = chart(toTimelineText(timeline, TEXT));
    expect(lines.length).toBeLessThanOrEqual(61);
    expect(lines.some((line) => line.startsWith('✖ t500 '))).toBe(true);
    expect(lines.some((line) => line.startsWith('✔ t999 ◆'))).toBe(true);
    const counted = lines.flatMap((line) => /(\d+) tasks$/.exec(line)?.[1] ?? []);
    const named = lines.filter((line) => /^\S t\d/.test(line)).length;
    expect(counted.reduce((sum, number) => sum + Number(number), named)).toBe(1_000);
    const all = chart(toTimelineText(timeline, { ...TEXT, most: Number.POSITIVE_INFINITY }));
    expect(all).toHaveLength(1_001);
  });
});

test('waits of days are cut, so that what was done has room', async () => {
  const waited = of([
    { type: 'run.started', at: 0, workflow: 'w', version: '1', input: 0, total: 2 },
    { type: 'attempt.started', at: 0, task: 'a', attempt: 1 },
    { type: 'task.succeeded', at: 2_000, task: 'a', output: 0 },
    { type: 'task.waiting', at: 2_000, task: 'b', for: 'approval' },
    { type: 'run.waiting', at: 2_000, tasks: ['b'] },
    { type: 'run.resumed', at: 86_402_000 },
    { type: 'task.queued', at: 86_402_000, task: 'b' },
    { type: 'attempt.started', at: 86_402_000, task: 'b', attempt: 1 },
    { type: 'task.succeeded', at: 86_404_000, task: 'b', output: 0 },
    { type: 'run.finished', at: 86_404_000, state: 'succeeded', succeeded: 2, total: 2 },
  ]);
  const text = toTimelineText(await drawn(waited), TEXT);
  expect(text).toContain('≈ cut: nothing was done for 24 h 00 m');
  const [axis = '', a = '', b = ''] = chart(text);
  expect(axis).toContain('|+24 h 00 m');
  expect(a.match(/█/g)?.length).toBeGreaterThan(15);
  expect(b.match(/█/g)?.length).toBeGreaterThan(15);
});

/** The names of the elements of a text in XML. @throws where one is not closed, or has an attribute that is none */
function elementsIn(markup: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  for (const [tag, close, name = '', attributes = ''] of markup.matchAll(
    /<(\/?)([a-z]+)((?:\s[^<>]*|\/)?)>/g,
  )) {
    const rest = attributes.replaceAll(/ [a-zA-Z:-]+="[^"<]*"/g, '');
    if (rest !== '' && rest !== '/') throw new Error(`not an attribute: ${rest}`);
    if (close === '/' && open.pop() !== name) throw new Error(`not open: ${tag}`);
    if (close === '/') continue;
    names.push(name);
    if (rest === '') open.push(name);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join()}`);
  return names;
}

const EVIL = of([
  { type: 'run.started', at: 0, workflow: '<script>"&\'', version: '1', input: 0, total: 1 },
  { type: 'attempt.started', at: 0, task: '</title><img src=x>', attempt: 1 },
  { type: 'task.failed', at: 5, task: '</title><img src=x>', error: new Error('</style>\u0000\uD800') },
]);

describe('as SVG', () => {
  test('is whole, says what it shows, and needs nothing from elsewhere', async () => {
    for (const { events } of await sampleRuns()) {
      const svg = toTimelineSvg(await drawn(events), { most: 60 });
      expect(elementsIn(svg)).toEqual(expect.arrayContaining(['svg', 'title', 'desc', 'style', 'rect']));
      expect(svg).toMatch(/role="img" aria-labelledby="timeline-title timeline-desc"/);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
        /https?:|href|url\(|<script|@import/,
      );
      expect(svg).toContain('@media (prefers-color-scheme:dark)');
    }
    const svg = toTimelineSvg(await drawn(SMALL, STRUCTURE), { most: 60 });
    expect(svg).toContain('<title>b: attempt 1: 4.0 s, from +6.0 s: failed: TypeError: no &lt;b&gt;</title>');
    expect(svg).toContain('Critical path: 10.0 s of 10.0 s (100 %): a, b.');
  });

  test('shows texts of the user as texts', async () => {
    const names = elementsIn(toTimelineSvg(await drawn(EVIL), { most: 60 }));
    expect(names).not.toContain('script');
    expect(names).not.toContain('img');
  });
});

describe('as HTML', () => {
  test('is one page without script, whose style is the only one that it allows', async () => {
    const html = toTimelineHtml(await drawn(EVIL), { most: 60 });
    expect(html).not.toMatch(/<script|<img|<link|<iframe/i);
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(html) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(html).toContain(`content="default-src 'none'; style-src 'sha256-${hash}'"`);
    expect(html.match(/<style/g)).toHaveLength(1);
    expect(html).not.toContain(' style=');
    expect(html).toContain('<h1>&lt;script&gt;&quot;&amp;&#39; · run r1</h1>');
  });

  test('has the picture, the path and a line for each task', async () => {
    const html = toTimelineHtml(await drawn(SMALL, STRUCTURE), { most: 60 });
    expect(html).toContain('<figure><svg');
    expect(html).toContain('<tr><td>b</td><td>4.0 s</td><td>running 4.0 s</td></tr>');
    expect(html).toContain(
      '<tr><td>a</td><td>succeeded</td><td>+0 ms</td><td>6.0 s</td><td>2.0 s</td><td>3.0 s</td><td>2</td><td>◆ critical path</td></tr>',
    );
  });
});
