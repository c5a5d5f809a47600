import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { environment } from '../packaging/install.mjs';

/** How a file of tests ended. */
export interface Ended {
  readonly passed: number;
  /** What failed, and why. */
  readonly failures: readonly string[];
}

/** What vitest's JSON reporter says of a file. */
interface Report {
  readonly name: string;
  readonly message: string;
  readonly assertionResults: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly failureMessages: readonly string[];
  }[];
}

/** Runs the files of a folder that are called `….vitest.ts` with a vitest of their own, and says by name how each ended. */
export function runVitest(root: string, folder: string): ReadonlyMap<string, Ended> {
  // As in the workspace: the sources are what is tested. They are loaded once for all files.
  writeFileSync(
    path.join(folder, 'vitest.config.mjs'),
    `import workspace from '../../../vitest.config.ts';
    const { resolve, ssr } = workspace;
    export default { resolve, ssr, test: { include: ['*.vitest.ts'], isolate: false } };`,
  );
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const report = path.join(folder, 'report.json');
  const args = [vitest, 'run', '--root', folder, '--reporter=json', `--outputFile=${report}`];
  // In CI a drawing that is missing or outdated is an error, not written.
  const env = { ...environment, CI: '1' };
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: readonly Report[] };
    return new Map(testResults.map((file) => [path.basename(file.name), endOf(file)]));
  } catch (error) {
    throw new Error(`vitest made no report:\n${stdout}${stderr}`, { cause: error });
  }
}

function endOf({ message, assertionResults }: Report): Ended {
  const failed = assertionResults.filter(({ status }) => status !== 'passed');
  return {
    passed: assertionResults.length - failed.length,
    failures: [
      ...(message === '' ? [] : [message]),
      ...failed.map(({ fullName, failureMessages }) => [fullName, ...failureMessages].join('\n')),
    ],
  };
}

/** Runs a file with Node's own test runner; gives what that prints. */
export async function runNodeTest(file: string): Promise<string> {
  // Not every Node that is supported runs TypeScript.
  const bundle = await rolldown({
    input: realpathSync(file),
    platform: 'node',
    resolve: { conditionNames: ['@wf-sdk/source', 'import', 'node'] },
    logLevel: 'silent',
  });
  const built = `${file}.mjs`;
  await bundle.write({ file: built, codeSplitting: false });
  const args = ['--test', '--test-reporter=spec', built];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...environment, NO_COLOR: '1' } }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}
