import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';

import { StoreError } from '@wf-sdk/core';

/** What was begun and not finished is litter after so long, in milliseconds. */
const LITTER_MS = 3_600_000;

/** Large texts, each a file named after what is in it: `ab/cdef…`. The same text is kept once. */
export class Blobs {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Keeps a text under its name. When this has settled a power cut does not lose it, whatever the durability: an event
   * that is there must not point to a file that is not.
   */
  async write(name: string, text: string): Promise<void> {
    const file = this.#fileOf(name);
    const folder = path.dirname(file);
    const created = await mkdir(folder, { recursive: true });
    if (!existsSync(file)) {
      const draft = path.join(folder, `${randomUUID()}.draft`);
      try {
        await writeSynced(draft, text);
        await rename(draft, file);
      } catch (error) {
        rmSync(draft, { force: true });
        throw error;
      }
    }
    await syncFolder(folder);
    if (created === undefined) return;
    await syncFolder(this.#folder);
    await syncFolder(path.dirname(this.#folder));
  }

  /** @throws StoreError `store_corrupt`, where the file is gone or is not what it was. */
  async read(name: string): Promise<string> {
    const file = this.#fileOf(name);
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new StoreError(
        'store_corrupt',
        `${file}, which belongs to a store of wf-sdk, cannot be read: restore it from a backup`,
        { file, cause },
      );
    });
    if (blobName(text) === name) return text;
    throw new StoreError(
      'store_corrupt',
      `${file}, which belongs to a store of wf-sdk, has been changed: restore it from a backup`,
      { file },
    );
  }

  has(name: string): boolean {
    return existsSync(this.#fileOf(name));
  }

  /** What cannot be removed now is found again by {@link names}. */
  remove(name: string): void {
    try {
      rmSync(this.#fileOf(name), { force: true });
    } catch {
      // Windows keeps a file that somebody is reading.
    }
  }

  /** Of all that is there. Removes litter on the way. */
  names(): readonly string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder).flatMap((prefix) => {
      const folder = path.join(this.#folder, prefix);
      if (!/^[0-9a-f]{2}$/.test(prefix)) return [];
      const files = readdirSync(folder);
      for (const file of files) if (file.endsWith('.draft')) removeLitter(path.join(folder, file));
      return files.filter((file) => /^[0-9a-f]{62}$/.test(file)).map((file) => prefix + file);
    });
  }

  #fileOf(name: string): string {
    return path.join(this.#folder, name.slice(0, 2), name.slice(2));
  }
}

/** The name of a text: its SHA-256. */
export function blobName(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(text, 'utf8');
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So that a file's name is kept as well as what is in it. Windows has no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function removeLitter(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined && Date.now() - found.mtimeMs > LITTER_MS) rmSync(file, { force: true });
}
