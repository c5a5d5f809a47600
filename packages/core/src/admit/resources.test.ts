import { availableParallelism, totalmem } from 'node:os';

import { describe, expect, test } from 'vitest';

import { VirtualClock } from '@wf-sdk/testing';
import { OptionError } from '../model/error.ts';
import type { ResourceAmounts, ResourceDemand } from '../model/placement.ts';
import { createAdmission, type Ticket } from './admission.ts';
import { createResources, machineResources } from './capacity.ts';
import { impossibleDemands } from './impossible.ts';
import type { Resources } from './resources.ts';

const NOTHING: ResourceAmounts = { cpu: 0, memoryBytes: 0, gpu: 0, diskBytes: 0 };

/** Requests by name, and the order in which they were granted. */
class Desk {
  readonly resources: Resources;
  readonly granted: string[] = [];
  readonly #tickets = new Map<string, Ticket>();

  constructor(capacity: ResourceDemand) {
    this.resources = createResources(capacity);
  }

  ask(name: string, amounts: Partial<ResourceAmounts>, priority = 0, granted?: () => void): void {
    const admission = createAdmission({ clock: new VirtualClock(), resources: this.resources });
    const demand = { pools: [], resources: { ...NOTHING, ...amounts }, priority };
    this.#tickets.set(
      name,
      admission.request(demand, () => {
        this.granted.push(name);
        granted?.();
      }),
    );
  }

  release(...names: readonly string[]): void {
    for (const name of names) this.#tickets.get(name)?.release();
  }

  drain(): string[] {
    for (const name of this.granted) this.release(name);
    return this.granted;
  }
}

describe('resources', () => {
  test('are granted while they last, over several admissions, and then by priority', () => {
    const desk = new Desk({ cpu: 4 });
    desk.ask('a', { cpu: 3 });
    desk.ask('b', { cpu: 2 });
    desk.ask('c', { cpu: 2 }, 1);
    expect(desk.resources.used).toEqual({ ...NOTHING, cpu: 3 });
    expect(desk.drain()).toEqual(['a', 'c', 'b']);
    expect(desk.resources.used).toEqual(NOTHING);
  });

  test('that are parts of a core add up to whole ones', () => {
    const desk = new Desk({ cpu: 1 });
    for (let index = 0; index < 10; index++) desk.ask(`tenth ${index}`, { cpu: 0.1 });
    expect(desk.granted).toHaveLength(10);
    desk.ask('whole', { cpu: 1 });
    expect(desk.drain().at(-1)).toBe('whole');
    expect(desk.resources.used).toEqual(NOTHING);
  });

  test('are kept for the first that waits: light ones do not starve a heavy one', () => {
    const desk = new Desk({ cpu: 4 });
    desk.ask('light 1', { cpu: 2 });
    desk.ask('light 2', { cpu: 2 });
    desk.ask('heavy', { cpu: 4 });
    desk.ask('light 3', { cpu: 2 });
    desk.release('light 1');
    expect(desk.granted).toEqual(['light 1', 'light 2']);
    desk.release('light 2');
    expect(desk.granted).toEqual(['light 1', 'light 2', 'heavy']);
  });

  test('that the first leaves over go to others', () => {
    const desk = new Desk({ cpu: 4, gpu: 1 });
    desk.ask('trains', { gpu: 1, cpu: 1 });
    for (let index = 0; index < 100; index++) desk.ask(`waits ${index}`, { gpu: 1, cpu: 1 });
    desk.ask('counts 1', { cpu: 2 });
    desk.ask('counts 2', { cpu: 2 });
    expect(desk.granted).toEqual(['trains', 'counts 1']);
    desk.release('counts 1');
    expect(desk.granted).toEqual(['trains', 'counts 1', 'counts 2']);
    desk.release('trains');
    expect(desk.granted).toEqual(['trains', 'counts 1', 'counts 2', 'waits 0']);
  });

  test('are kept for a new first instead of the one before it', () => {
    const desk = new Desk({ cpu: 2, gpu: 1 });
    desk.ask('holds', { cpu: 1, gpu: 1 });
    desk.ask('first', { cpu: 2 });
    desk.ask('light', { cpu: 1 });
    expect(desk.granted).toEqual(['holds']);
    desk.ask('urgent', { gpu: 1 }, 1);
    expect(desk.granted).toEqual(['holds', 'light']);
  });

  test('go to who waited already, before who comes as another is let in', () => {
    const desk = new Desk({ cpu: 4 });
    desk.ask('holds', { cpu: 4 });
    desk.ask('a', { cpu: 2 }, 0, () => desk.ask('late', { cpu: 1 }));
    desk.ask('b', { cpu: 1 });
    desk.ask('c', { cpu: 0.9 });
    desk.release('holds');
    expect(desk.granted).toEqual(['holds', 'a', 'b', 'c']);
  });

  test('are kept for nobody once the first is withdrawn', () => {
    const desk = new Desk({ cpu: 2 });
    desk.ask('holds', { cpu: 1 });
    desk.ask('first', { cpu: 2 });
    desk.ask('light', { cpu: 1 });
    desk.release('first');
    expect(desk.granted).toEqual(['holds', 'light']);
  });

  test('are passed on from callback to callback without a deep stack', () => {
    const admission = createAdmission({ clock: new VirtualClock(), resources: createResources({ cpu: 1 }) });
    const demand = { pools: [], resources: { ...NOTHING, cpu: 1 }, priority: 0 };
    const tickets: Ticket[] = [];
    for (let index = 0; index < 20_000; index++)
      tickets.push(admission.request(demand, () => tickets[index]?.release()));
    tickets[0]?.release();
    expect(tickets.every(({ granted }) => granted)).toBe(true);
  });
});

describe('a capacity', () => {
  test("is the machine's, where nothing else is said", () => {
    const { capacity } = machineResources();
    expect(capacity).toMatchObject({
      cpu: availableParallelism(),
      gpu: 0,
      diskBytes: Number.POSITIVE_INFINITY,
    });
    expect(capacity.memoryBytes).toBeGreaterThan(0);
    expect(capacity.memoryBytes).toBeLessThanOrEqual(totalmem());
    expect(machineResources()).toBe(machineResources());
  });

  test('is what it is said to be', () => {
    const { capacity } = createResources({ cpu: 64, memory: '2GB', gpu: 0.5, disk: 10 });
    expect(capacity).toEqual({ cpu: 64, memoryBytes: 2_000_000_000, gpu: 0.5, diskBytes: 10 });
    expect(createResources({ gpu: 2 }).capacity).toEqual({ ...machineResources().capacity, gpu: 2 });
  });

  test.each<[unknown, string]>([
    [{ cpu: -1 }, `option 'resources.cpu' must be a number from 0, not -1`],
    [{ memory: '2 GB' }, `option 'resources.memory' must be a number of bytes: a number from 0, or '512MB'`],
    [
      { cores: 2 },
      `option 'resources.cores' must be left out, as resources are cpu, memory, gpu and disk, not 2`,
    ],
    [4, `option 'resources' must be amounts such as { cpu: 2, memory: '1GB' }, not 4`],
  ])('cannot be %j', (capacity, message) => {
    expect(() => createResources(capacity as ResourceDemand)).toThrow(OptionError);
    expect(() => createResources(capacity as ResourceDemand)).toThrow(message);
  });
});

describe('impossibleDemands', () => {
  const capacity = { cpu: 8, memoryBytes: 16e9, gpu: 0, diskBytes: Number.POSITIVE_INFINITY };
  const task = (id: string, amounts?: Partial<ResourceAmounts>) => ({
    id,
    placement: {
      pools: [],
      resources: amounts && { ...NOTHING, ...amounts },
      isolate: undefined,
    },
  });

  test('finds each task that needs more than there is in all', () => {
    const tasks = [
      { id: 'plain', placement: undefined },
      task('isolated'),
      task('fits', { cpu: 8, memoryBytes: 16e9, diskBytes: 1e15 }),
      task('wide', { cpu: 9 }),
      task('both', { gpu: 1, memoryBytes: 64e9 }),
    ];
    const advice = `ask for less in .resources(), or say that there is more in the run's option 'resources'`;
    expect(impossibleDemands({ tasks }, capacity)).toEqual([
      {
        code: 'impossible_resources',
        task: 'wide',
        message: `task 'wide' can never run: it needs cpu 9 (there is 8); ${advice}`,
      },
      {
        code: 'impossible_resources',
        task: 'both',
        message: `task 'both' can never run: it needs memory 64GB (there is 16GB) and gpu 1 (there is 0); ${advice}`,
      },
    ]);
  });
});
