import { describe, expect } from 'vitest';
import { compile, fromJSON, topologicalOrder } from 'wf-sdk';
import { test } from './sandbox.ts';

const DIAMOND = `import { workflow } from 'wf-sdk';
import { writeFileSync } from 'node:fs';
const touch = () => writeFileSync('ran', '');
export default workflow('diamond', { version: '1.2.3', description: 'Four tasks' })
  .addTask('end').retry({ attempts: 3, delay: '1s' }).timeout('5s').run(touch)
  .addTask('left').dependsOn('end').run(touch)
  .addTask('right').dependsOn('end').run(touch)
  .addTask('join').dependsOn('left', 'right').run(touch);
export const other = workflow('other').addTask('only').run(touch);
`;

// A task called `end` must not end Mermaid's graph.
describe('graph', () => {
  test('prints text by default, and runs nothing', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', DIAMOND);
    const { code, stdout, stderr } = await sandbox.run(['graph', 'pipeline.ts']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`diamond 1.2.3: 4 tasks in 3 batches

batch 1
  * end    (3 attempts, timeout 5s)

batch 2
  * left   ← end
    right  ← end

batch 3
  * join   ← left, right

* critical path: end → left → join
`);
    expect(sandbox.list()).toEqual(['pipeline.ts']);
  });

  test('prints JSON that makes the same workflow again', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', DIAMOND);
    const { code, stdout } = await sandbox.run(['graph', 'pipeline.ts', '--format', 'json']);
    expect(code).toBe(0);
    const json = JSON.parse(stdout) as { tasks: { id: string }[] };
    expect(json).toMatchObject({ id: 'diamond', version: '1.2.3', description: 'Four tasks' });
    const handlers = Object.fromEntries(json.tasks.map(({ id }) => [id, () => undefined]));
    const plan = compile(fromJSON(json, { handlers }));
    expect(topologicalOrder(plan)).toEqual(['end', 'left', 'right', 'join']);
    expect(plan.tasks[0]).toMatchObject({ timeoutMs: 5_000, retry: { attempts: 3 } });
  });

  test('prints Mermaid text in which every label is quoted and every edge leads somewhere', async ({
    sandbox,
  }) => {
    sandbox.write('pipeline.ts', DIAMOND);
    const { code, stdout } = await sandbox.run(['graph', 'pipeline.ts', '--format', 'mermaid']);
    expect(code).toBe(0);
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^flowchart (TD|LR|TB)$/);
    const labels = new Map<string, string>();
    const edges: string[] = [];
    for (const line of lines) {
      const [, id = '', label] = /^\s+(\w+)\["([^"]*)"\]$/.exec(line) ?? [];
      if (label !== undefined) labels.set(id, label);
      const [, from = '', to = ''] = /^\s+(\w+) --> (\w+)$/.exec(line) ?? [];
      if (to !== '') edges.push(`${labels.get(from)} → ${labels.get(to)}`);
    }
    expect([...labels.values()]).toEqual(['end', 'left', 'right', 'join']);
    expect(edges.sort()).toEqual(['end → left', 'end → right', 'left → join', 'right → join']);
    expect(labels.size + edges.length).toBe(lines.length);
  });

  test('prints DOT in which names are quoted', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', DIAMOND);
    const { code, stdout } = await sandbox.run(['graph', 'pipeline.ts', '--format', 'dot']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^digraph "diamond" \{\n/);
    expect(stdout.endsWith('}\n')).toBe(true);
    const edges = stdout
      .split('\n')
      .filter((line) => line.includes('->'))
      .map((line) => line.trim().replace(/;$/, ''));
    expect(edges.sort()).toEqual(
      ['"left" -> "join"', '"end" -> "left"', '"end" -> "right"', '"right" -> "join"'].sort(),
    );
  });

  test('shows in every format what decides about tasks', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      const pack = workflow('pack').addTask('box').run(() => 1);
      export default workflow('orders')
        .addTask('db').run(() => 1)
        .addTask('route').dependsOn('db').run((): 'eu' | 'us' => 'eu')
        .addTask('eu').onBranch('route', 'eu').run(() => 1)
        .addTask('each').dependsOn('eu').triggerRule('none_failed').forEach(() => [1]).runWorkflow(pack)
        .addTask('close').teardownOf('db').run(() => 1);`,
    );
    const draw = async (format: string): Promise<string> =>
      (await sandbox.run(['graph', 'pipeline.ts', '--format', format])).stdout;
    const [text, mermaid, dot] = await Promise.all(['text', 'mermaid', 'dot'].map(draw));
    expect(text).toContain('\n  * eu     ← route = eu\n');
    expect(text).toContain('\n  * each   ← eu  (none_failed, for each item, runs workflow pack)\n');
    expect(text).toContain('\n  * close  (teardown of db)\n');
    expect(mermaid).toContain('["each<br/>none_failed<br/>for each item<br/>runs workflow pack"]');
    expect(mermaid).toContain(' t1 -->|"eu"| t2\n');
    expect(mermaid).toContain(' t0 -.->|teardown| t4\n');
    expect(dot).toContain('"route" -> "eu" [label="eu"];');
    expect(dot).toContain('"db" -> "close" [style=dashed, label="teardown"];');
  });

  test('takes --export', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', DIAMOND);
    const { stdout } = await sandbox.run(['graph', '--export', 'other', 'pipeline.ts']);
    expect(stdout).toContain('other 0.0.0: 1 task in 1 batch\n');
  });

  test.for([
    { args: ['graph', 'pipeline.ts', '--format', 'svg'], stderr: 'mermaid, dot, json, text' },
    { args: ['graph', 'missing.ts'], stderr: 'No such file: missing.ts' },
    { args: ['graph'], stderr: "missing required argument 'pipeline'" },
    { args: ['graph', 'pipeline.ts', '--fromat', 'dot'], stderr: 'Did you mean --format?' },
  ])('refuses $args', async ({ args, stderr }, { sandbox }) => {
    sandbox.write('pipeline.ts', DIAMOND);
    const ended = await sandbox.run(args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(stderr);
  });
});

describe('wf-sdk', () => {
  test.for([['--help'], ['-h'], []])('prints help: %j', async (args, { sandbox }) => {
    const { code, stdout, stderr } = await sandbox.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: wf-sdk /);
    expect(stdout).toMatch(/^ {2}run .* {2}Runs a workflow/m);
    expect(stdout).toMatch(/^ {2}graph .* {2}Prints the graph/m);
  });

  test.for(['--version', '-V'])('prints its version: %s', async (flag, { sandbox }) => {
    const { code, stdout, stderr } = await sandbox.run([flag]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  test.for([
    { args: ['rum', 'pipeline.ts'], stderr: "unknown command 'rum'; did you mean 'run'?" },
    { args: ['pipeline.ts'], stderr: 'to run that file: wf-sdk run pipeline.ts' },
    { args: ['--verison'], stderr: 'Did you mean --version?' },
    { args: ['deploy'], stderr: "unknown command 'deploy'; there are run, graph" },
  ])('says what there is: $args', async ({ args, stderr }, { sandbox }) => {
    const ended = await sandbox.run(args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(stderr);
  });
});
