import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export type CompileCache = (file: string, source: string, compile: () => string) => string;

/** One entry per source file, replaced when the source changes. A cache that cannot be read or written is no error. */
export function createCompileCache(folder: string | undefined): CompileCache {
  if (folder === undefined) return (_file, _source, compile) => compile();
  return (file, source, compile) => {
    const entry = join(folder, `${basename(file)}-${shortHash(file)}.js`);
    // What it was made from comes last: an entry that was cut short, or was made from anything else, is not taken.
    const seal = `\n// ${file}\n${source}`;
    const cached = read(entry);
    if (cached?.endsWith(seal)) return cached.slice(0, -seal.length);
    const compiled = compile();
    write(entry, compiled + seal);
    return compiled;
  };
}

/**
 * Tells files of one name apart (FNV-1a over UTF-16, forward and backward, each 32 bits). Two that it does not tell apart only take each
 * other's entry. Node's own hashes are not used: it takes as long to load them as to load a pipeline.
 */
function shortHash(text: string): string {
  let forward = 0x811c9dc5;
  let backward = forward;
  for (let at = 0; at < text.length; at++) {
    forward = Math.imul(forward ^ text.charCodeAt(at), 0x01000193);
    backward = Math.imul(backward ^ text.charCodeAt(text.length - 1 - at), 0x01000193);
  }
  return [forward, backward].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
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
