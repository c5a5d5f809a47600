import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export type CompileCache = (file: string, source: string, compile: () => string) => string;

/** One entry per source file, replaced when the source changes. A cache that cannot be read or written is no error. */
export function createCompileCache(folder: string | undefined): CompileCache {
  if (folder === undefined) return (_file, _source, compile) => compile();
  return (file, source, compile) => {
    const entry = join(folder, `${basename(file)}-${digest(file).slice(0, 16)}.js`);
    // The seal comes last: an entry that was cut short, or was made from another source, is not taken.
    const seal = `\n// ${digest(source)}\n`;
    const cached = read(entry);
    if (cached?.endsWith(seal)) return cached;
    const compiled = compile() + seal;
    write(entry, compiled);
    return compiled;
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function read(entry: string): string | undefined {
  try {
    return readFileSync(entry, 'utf8');
  } catch {
    return undefined;
  }
}

function write(entry: string, text: string): void {
  const draft = `${entry}.${process.pid}`;
  try {
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, entry);
  } catch {
    remove(draft);
  }
}

function remove(draft: string): void {
  try {
    rmSync(draft, { force: true });
  } catch {
    // There is no folder either.
  }
}
