import { schemaOf } from '../../test/kit.ts';
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
    const one = workflow('one', { maxActiveRuns: 1 })
      .addTask('a')
      .run(() => 1);
    expect(toText(compile(one)).split('\n')[0]).toBe('one 0.0.0: 1 task in 1 batch, at most 1 active run');
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

describe('what decides about a task', () => {
  const child = workflow('pack "it"')
    .addTask('box')
    .run(() => 1);
  const controlled = compile(
    workflow('orders')
      .addTask('db')
      .run(() => 'connection')
      .addTask('route')
      .dependsOn('db')
      .run((): 'eu' | 'us' => 'eu')
      .addTask('eu')
      .onBranch('route', 'eu')
      .when(() => true)
      .run(() => 1)
      .addTask('us')
      .onBranch('route', 'us')
      .breaker('us-api')
      .fallback(0)
      .run(() => 1)
      .addTask('each')
      .dependsOn('eu', 'us')
      .triggerRule('none_failed_min_one_success')
      .forEach(() => [1])
      .run(() => 1)
      .addTask('tests')
      .matrix({ os: ['linux', 'mac'], node: [20, 22, 24] })
      .allowFailure()
      .run(() => 1)
      .addTask('pack')
      .dependsOn('each')
      .compensate(() => undefined)
      .runWorkflow(child)
      .addTask('later')
      .dependsOn('pack')
      .runWorkflow(() => child)
      .addTask('wait')
      .sleep('5m')
      .addTask('report')
      .dependsOn('later')
      .runAlways()
      .run(() => 1)
      .addTask('close')
      .teardownOf('db')
      .run(() => 1),
  );

  test('stands behind it in text', () => {
    expect(toText(controlled)).toMatchInlineSnapshot(`
      "orders 0.0.0: 11 tasks in 8 batches

      batch 1
        * db
          tests   (matrix of 2 os × 3 node, may fail)
          wait    (sleeps 5m)

      batch 2
        * route   ← db

      batch 3
        * eu      ← route = eu  (on a condition)
          us      ← route = us  (breaker us-api, fallback)

      batch 4
        * each    ← eu, us  (none_failed_min_one_success, for each item)

      batch 5
        * pack    ← each  (runs workflow pack "it", can be undone)

      batch 6
        * later   ← pack  (runs a workflow)

      batch 7
        * report  ← later  (all_done, runs always)

      batch 8
        * close   (teardown of db)

      * critical path: db → route → eu → each → pack → later → report → close
      "
    `);
  });

  test('stands below its name and on its edges in Mermaid', () => {
    expect(toMermaid(controlled)).toMatchInlineSnapshot(`
      "flowchart LR
        t0["db"]
        t1["route"]
        t2["eu<br/>on a condition"]
        t3["us"]
        t4["each<br/>none_failed_min_one_success<br/>for each item"]
        t5["tests<br/>matrix of 2 os × 3 node<br/>may fail"]
        t6["pack<br/>runs workflow pack #quot;it#quot;"]
        t7["later<br/>runs a workflow"]
        t8["wait<br/>sleeps 5m"]
        t9["report<br/>all_done<br/>runs always"]
        t10["close<br/>teardown of db"]
        t0 --> t1
        t1 -->|"eu"| t2
        t1 -->|"us"| t3
        t2 --> t4
        t3 --> t4
        t4 --> t6
        t6 --> t7
        t7 --> t9
        t0 -.->|teardown| t10
        t9 -.-> t10
      "
    `);
  });

  test('stands below its name and on its edges in DOT', () => {
    expect(toDot(controlled)).toMatchInlineSnapshot(`
      "digraph "orders" {
        rankdir=LR;
        node [shape=box, style=rounded];
        "db";
        "route";
        "eu" [label="eu\\non a condition"];
        "us";
        "each" [label="each\\nnone_failed_min_one_success\\nfor each item"];
        "tests" [label="tests\\nmatrix of 2 os × 3 node\\nmay fail"];
        "pack" [label="pack\\nruns workflow pack \\"it\\""];
        "later" [label="later\\nruns a workflow"];
        "wait" [label="wait\\nsleeps 5m"];
        "report" [label="report\\nall_done\\nruns always"];
        "close" [label="close\\nteardown of db"];
        "db" -> "route";
        "route" -> "eu" [label="eu"];
        "route" -> "us" [label="us"];
        "eu" -> "each";
        "us" -> "each";
        "each" -> "pack";
        "pack" -> "later";
        "later" -> "report";
        "db" -> "close" [style=dashed, label="teardown"];
        "report" -> "close" [style=dashed];
      }
      "
    `);
  });
});

test('a signal that is waited for is shown everywhere', () => {
  const payload = schemaOf((value: number) => value);
  const plan = compile(
    workflow('paid')
      .addTask('paid')
      .waitForSignal('paid', payload)
      .addTask('tip')
      .waitForSignal('tip', payload, { timeout: '3d', onTimeout: 0 })
      .addTask('rated')
      .waitForSignal('rating', payload, { timeout: 500, onTimeout: 'skip' }),
  );
  const text = toText(plan);
  expect(text).toContain('paid   (waits for signal paid)');
  expect(text).toContain('tip    (waits for signal tip for 3d at most, else has a value)');
  expect(text).toContain('rated  (waits for signal rating for 500ms at most, else is skipped)');
  expect(toMermaid(plan)).toContain('t0["paid<br/>waits for signal paid"]');
  expect(toDot(plan)).toContain('"paid" [label="paid\\nwaits for signal paid"]');
});
