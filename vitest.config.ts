import { defineConfig } from 'vitest/config';

// Tests see the packages' sources; only what a test starts as a process (the command) comes from dist.
// The conditions after ours are Vite's own for Node, but 'module': what Node itself does not ask for may be for bundlers only.
const conditions = ['@wf-sdk/source', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Vitest would leave one core to itself, which is half of a machine that has two.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
        },
      },
      // Found from here, and from an example's own folder.
      { extends: true, test: { name: 'examples', include: ['**/pipeline.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // These start processes of their own, which need a core, too: one file at a time, after the others.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
