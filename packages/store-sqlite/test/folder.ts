import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll } from 'vitest';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A new, empty folder, removed when the test file has ended. */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'wf-sdk-store-'));
  folders.push(folder);
  return folder;
}

/** A file in a new folder, not there yet. */
export function newFile(): string {
  return path.join(newFolder(), 'wf.db');
}
