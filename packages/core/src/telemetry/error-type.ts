const CODE = /^[A-Za-z][\w.-]{0,63}$/;

/**
 * What tells failures apart without telling their data: the error's code where it has one (`timeout`, `ECONNREFUSED`), else the
 * name of its class.
 *
 * Source: https://opentelemetry.io/docs/specs/semconv/attributes-registry/error/
 */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'string' && CODE.test(code)) return code;
  const name = error.name === 'Error' ? error.constructor.name : error.name;
  return CODE.test(name) ? name : '_OTHER';
}
