import { SourceMap, type SourceMapPayload } from 'node:module';

interface CallSite extends NodeJS.CallSite {
  toString(): string;
}

interface Original {
  readonly map: SourceMap;
  readonly lines: readonly string[];
}

type PrepareStackTrace = (this: void, error: Error, sites: CallSite[]) => unknown;

const INLINE = '//# sourceMappingURL=data:application/json;charset=utf-8;base64,';

const compiled = new Map<string, string>();
const decoded = new Map<string, Original | undefined>();
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
  const original = originalOf(file);
  const entry = original?.map.findEntry(line - 1, column - 1);
  if (original === undefined || entry === undefined || !('originalLine' in entry)) return site;
  const originalLine = entry.originalLine + 1;
  const originalColumn = startOfCall(original.lines[entry.originalLine] ?? '', entry.originalColumn) + 1;
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

/** Calls of imported functions are compiled to `(0, _lib.f)(…)`, for which V8 names the parenthesis instead of `f`. */
function startOfCall(line: string, column: number): number {
  if (line[column] !== '(') return column;
  return column - (/[\w$]*$/.exec(line.slice(0, column))?.[0].length ?? 0);
}

function originalOf(file: string): Original | undefined {
  if (!decoded.has(file)) decoded.set(file, decode(compiled.get(file) ?? ''));
  return decoded.get(file);
}

function decode(code: string): Original | undefined {
  const at = code.lastIndexOf(INLINE);
  if (at === -1) return undefined;
  const end = code.indexOf('\n', at);
  const base64 = code.slice(at + INLINE.length, end === -1 ? undefined : end);
  const payload = JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as SourceMapPayload;
  return { map: new SourceMap(payload), lines: (payload.sourcesContent[0] ?? '').split(/\r\n|\n|\r/) };
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
