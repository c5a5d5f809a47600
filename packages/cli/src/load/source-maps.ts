import { SourceMap, type SourceMapPayload } from 'node:module';

interface CallSite extends NodeJS.CallSite {
  toString(): string;
}

type PrepareStackTrace = (this: void, error: Error, sites: CallSite[]) => unknown;

const INLINE = '//# sourceMappingURL=data:application/json;charset=utf-8;base64,';

const compiled = new Map<string, string>();
const decoded = new Map<string, SourceMap | undefined>();
let installed = false;

/**
 * Makes stack traces through this file name the user's own lines and columns, from now on. Node maps modules only,
 * not scripts, and only behind a flag. Nothing is decoded before somebody reads a stack.
 */
export function mapStackTraces(file: string, code: string): void {
  compiled.set(file, code);
  decoded.delete(file);
  if (installed) return;
  installed = true;
  const { prepareStackTrace: previous } = Error as { prepareStackTrace?: PrepareStackTrace };
  Error.prepareStackTrace = (error, sites): unknown => {
    const mapped = sites.map((site) => mapSite(site as CallSite));
    return previous === undefined ? format(error, mapped) : previous(error, mapped);
  };
}

function mapSite(site: CallSite): CallSite {
  const file = site.getFileName();
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (!file || line === null || column === null || !compiled.has(file)) return site;
  const entry = mapOf(file)?.findEntry(line - 1, column - 1);
  if (entry === undefined || !('originalLine' in entry)) return site;
  const [originalLine, originalColumn] = [entry.originalLine + 1, entry.originalColumn + 1];
  // A call site's methods insist on their own receiver, so each is bound to it.
  return new Proxy(site, {
    get(target, key): unknown {
      if (key === 'getLineNumber') return () => originalLine;
      if (key === 'getColumnNumber') return () => originalColumn;
      if (key === 'toString') {
        return () => target.toString().replace(`:${line}:${column}`, `:${originalLine}:${originalColumn}`);
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function mapOf(file: string): SourceMap | undefined {
  if (!decoded.has(file)) decoded.set(file, decode(compiled.get(file) ?? ''));
  return decoded.get(file);
}

function decode(code: string): SourceMap | undefined {
  const at = code.lastIndexOf(INLINE);
  if (at === -1) return undefined;
  const end = code.indexOf('\n', at);
  const base64 = code.slice(at + INLINE.length, end === -1 ? undefined : end);
  return new SourceMap(JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as SourceMapPayload);
}

function format(error: Error, sites: readonly CallSite[]): string {
  return [headline(error), ...sites.map((site) => `    at ${site.toString()}`)].join('\n');
}

function headline(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}
