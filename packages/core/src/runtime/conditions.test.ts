import { describe, expect, test } from 'vitest';

import { gate } from '@wf-sdk/testing';
import { drive, fails, flowOf, lines, type PlainTask, statesOf, taskOf } from '../../test/kit.ts';

const done = { id: 'before', handler: () => 3 };
const asked = (...conditions: NonNullable<PlainTask['conditions']>): PlainTask => ({
  id: 'a',
  dependsOn: ['before'],
  conditions,
  handler: () => 1,
});
const after: PlainTask = { id: 'after', dependsOn: ['a'], handler: () => 1 };

describe('a condition', () => {
  test('lets the task run where it says yes, at once or later', async () => {
    for (const condition of [() => true, () => Promise.resolve(true), () => 'any text']) {
      const result = await drive(flowOf([done, asked(condition), after])).end();
      expect(statesOf(result)).toEqual({ before: 'succeeded', a: 'succeeded', after: 'succeeded' });
    }
  });

  test('skips the task where it says no, and with it what wants its success', async () => {
    for (const condition of [() => false, () => Promise.resolve(0), () => undefined]) {
      const { end, events } = drive(flowOf([done, asked(condition), after]));
      const result = await end();
      expect(statesOf(result)).toEqual({
        before: 'succeeded',
        a: 'skipped condition',
        after: 'skipped dependency',
      });
      expect(result).toMatchObject({ outcome: 'success', succeeded: 1 });
      expect(taskOf(result, 'after').cause).toBe('a');
      expect(lines(events)).not.toContain('task.queued a');
    }
  });

  test('reads what its task reads', async () => {
    let seen: unknown;
    const condition = (data: unknown): boolean => {
      seen = data;
      return true;
    };
    await drive(flowOf([done, asked(condition)]), {}, 'in').end();
    expect(seen).toEqual({ input: 'in', before: 3 });
  });

  test('is asked only after the rule said run', async () => {
    let called = false;
    const condition = (): boolean => (called = true);
    const result = await drive(flowOf([{ id: 'before', handler: fails }, asked(condition)])).end();
    expect([called, taskOf(result, 'a').state]).toEqual([false, 'upstream_failed']);
  });

  test('is one of several that are asked in order, up to the first no', async () => {
    const order: string[] = [];
    const says = (name: string, yes: boolean, later: boolean) => (): boolean | Promise<boolean> => {
      order.push(name);
      return later ? Promise.resolve(yes) : yes;
    };
    const conditions = [
      says('1', true, false),
      says('2', true, true),
      says('3', false, true),
      says('4', true, false),
    ];
    const result = await drive(flowOf([done, asked(...conditions)])).end();
    expect(order).toEqual(['1', '2', '3']);
    expect(taskOf(result, 'a').reason).toBe('condition');
  });

  test('that throws fails the task, which is neither retried nor rescued', async () => {
    const rejects = (): Promise<never> => Promise.reject(new Error('no'));
    for (const condition of [fails, rejects]) {
      const task = {
        ...asked(condition),
        retry: { attempts: 3 },
        fallback: { kind: 'value', value: 1 },
      } as const;
      const result = await drive(flowOf([done, task])).end();
      expect(taskOf(result, 'a')).toMatchObject({
        state: 'failed',
        attempts: 0,
        error: {
          code: 'condition_failed',
          message: "a condition of task 'a' threw: no",
          cause: { message: 'no' },
        },
      });
    }
  });

  test('that has not answered when the run is cancelled is not waited for, and changes nothing any more', async () => {
    for (const answer of ['open', 'fail'] as const) {
      const answered = gate<boolean>();
      let askedOn = false;
      const { handle, clock, end, events } = drive(
        flowOf([
          done,
          asked(
            () => answered.promise,
            () => (askedOn = true),
          ),
        ]),
      );
      await clock.settle();
      void handle.cancel();
      const result = await end();
      expect(taskOf(result, 'a').state).toBe('cancelled');
      const count = events.length;
      if (answer === 'open') answered.open(true);
      else answered.fail(new Error('late'));
      await clock.settle();
      expect(events).toHaveLength(count);
      expect(askedOn).toBe(false);
    }
  });

  test('that cancels the run itself changes nothing of what that made of its task', async () => {
    for (const says of [() => true, () => false, fails]) {
      const { handle, end, events } = drive(
        flowOf([
          asked(() => {
            void handle.cancel();
            return says();
          }),
          done,
        ]),
      );
      expect(statesOf(await end())).toEqual({ before: 'succeeded', a: 'cancelled' });
      expect(lines(events).filter((line) => line.endsWith(' a'))).toEqual(['task.cancelled a']);
    }
  });

  test('is asked for a task without dependencies, and for one that always runs in a cancelled run', async () => {
    const { handle, clock, end } = drive(
      flowOf([
        { id: 'first', conditions: [() => false], handler: fails },
        { id: 'work', handler: () => clock.sleep(50) },
        {
          id: 'clean',
          dependsOn: ['work'],
          runAlways: true,
          conditions: [() => Promise.resolve(false)],
          handler: fails,
        },
        { id: 'tell', dependsOn: ['work'], runAlways: true, conditions: [() => true], handler: () => 1 },
      ]),
    );
    await clock.settle();
    void handle.cancel();
    expect(statesOf(await end())).toEqual({
      first: 'skipped condition',
      work: 'cancelled',
      clean: 'skipped condition',
      tell: 'succeeded',
    });
  });
});
