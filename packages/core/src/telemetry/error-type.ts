import { errorKind, isWord } from '../model/error-kind.ts';

/** A number alone tells little: it is not taken for a code here. */
const BEGINS_AS_CODE = /^[A-Za-z]/;

/**
 * What tells failures apart without telling their data: the error's code where it has one (`timeout`, `ECONNREFUSED`), else the
 * name of its class.
 *
 * Source: https://opentelemetry.io/docs/specs/semconv/attributes-registry/error/
 */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const { name, code } = errorKind(error);
  if (code !== undefined && BEGINS_AS_CODE.test(code)) return code;
  const type = name === 'Error' ? error.constructor.name : name;
  return isWord(type) ? type : '_OTHER';
}
