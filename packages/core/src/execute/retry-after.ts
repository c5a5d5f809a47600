/**
 * How long an HTTP error asks to wait, in milliseconds: the `Retry-After` header of a response 429 or 503, as a number
 * of seconds or a date. Finds it where the errors of common clients have it: the status as `status`, `statusCode` or
 * `response.status`, the headers as `headers` or `response.headers`, a `Headers` object or a plain one.
 *
 * Source: RFC 9110, section 10.2.3.
 */
export function retryAfterOfResponse(error: object, now: number): number | undefined {
  const response = 'response' in error ? error.response : undefined;
  const status =
    numberOf(error, 'status') ??
    numberOf(error, 'statusCode') ??
    numberOf(response, 'status') ??
    numberOf(response, 'statusCode');
  if (status !== 429 && status !== 503) return undefined;
  const header = headerOf(response) ?? headerOf(error);
  if (header === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header) * 1_000;
  // Every form of an HTTP date begins with the day of the week; `Date.parse` would also make something of "-5".
  const at = /^\s*[A-Za-z]{3}/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

function numberOf(holder: unknown, key: string): number | undefined {
  const value = read(holder, key);
  return typeof value === 'number' ? value : undefined;
}

function headerOf(holder: unknown): string | undefined {
  const headers = read(holder, 'headers');
  const get = read(headers, 'get');
  const value: unknown =
    typeof get === 'function'
      ? get.call(headers, 'retry-after')
      : (read(headers, 'retry-after') ?? read(headers, 'Retry-After'));
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' || typeof first === 'number' ? String(first) : undefined;
}

function read(holder: unknown, key: string): unknown {
  if (typeof holder !== 'object' || holder === null) return undefined;
  return (holder as Readonly<Record<string, unknown>>)[key];
}
