import { toPlain } from '@wf-sdk/core';

/** JSON of an event or a result for other programs to read, errors and all. */
export function toJsonText(value: unknown, indent?: number): string {
  return JSON.stringify(toPlain(value), undefined, indent) ?? 'null';
}
