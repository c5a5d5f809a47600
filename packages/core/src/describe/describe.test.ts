import { describe, expect, test } from 'vitest';
import {
  compile,
  criticalPath,
  leaves,
  parallelLevels,
  roots,
  toDot,
  toMermaid,
  topologicalOrder,
  toText,
  workflow,
} from '../index.ts';

const plan = compile(
  workflow('shop "1"'.replaceAll(/[ "]/g, '-'), { version: '1.2.0' })
    .addTask('end')
    .run(() => 1)
    .addTask('slow')
    .dependsOn('end')
    .retry({ attempts: 3 })
    .timeout('10s')
    .run(() => 1)
    .addTask('quick')
    .dependsOn('end')
    .deadline(500)
    .priority(2)
    .run(() => 1)
    .addTask('slower')
    .dependsOn('slow')
    .run(() => 1)
    .addTask('alone')
    .run(() => 1)
    .addTask('last')
    .dependsOn('slower', 'quick')
    .run(() => 1),
);

describe('the order of a plan', () => {
  test('has each task after those it depends on', () => {
    expect(topologicalOrder(plan)).toEqual(['end', 'alone', 'slow', 'quick', 'slower', 'last']);
  });

  test('has its ends', () => {
    expect([roots(plan), leaves(plan)]).toEqual([
      ['end', 'alone'],
      ['alone', 'last'],
    ]);
  });

  test('has batches by the longest way from a root', () => {
    expect(parallelLevels(plan)).toEqual([['end', 'alone'], ['slow', 'quick'], ['slower'], ['last']]);
  });

  test('has the longest chain as its critical path', () => {
    expect(criticalPath(plan)).toEqual(['end', 'slow', 'slower', 'last']);
  });
});

describe('the graph as text', () => {
  test('is Mermaid whose names cannot clash with its keywords', () => {
    expect(toMermaid(plan)).toMatchInlineSnapshot(`
      "flowchart LR
        t0["end"]
        t1["slow"]
        t2["quick"]
        t3["slower"]
        t4["alone"]
        t5["last"]
        t0 --> t1
        t0 --> t2
        t1 --> t3
        t3 --> t5
        t2 --> t5
      "
    `);
  });

  test('is DOT with every name quoted', () => {
    expect(toDot(plan)).toMatchInlineSnapshot(`
      "digraph "shop--1-" {
        rankdir=LR;
        node [shape=box, style=rounded];
        "end";
        "slow";
        "quick";
        "slower";
        "alone";
        "last";
        "end" -> "slow";
        "end" -> "quick";
        "slow" -> "slower";
        "slower" -> "last";
        "quick" -> "last";
      }
      "
    `);
  });

  test('is a page for a terminal: batches, dependencies, policies, critical path', () => {
    expect(toText(plan)).toMatchInlineSnapshot(`
      "shop--1- 1.2.0: 6 tasks in 4 batches

      batch 1
        * end
          alone

      batch 2
        * slow    ← end  (3 attempts, timeout 10s)
          quick   ← end  (deadline 500ms, priority 2)

      batch 3
        * slower  ← slow

      batch 4
        * last    ← slower, quick

      * critical path: end → slow → slower → last
      "
    `);
  });
});
