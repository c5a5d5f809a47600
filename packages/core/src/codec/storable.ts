import { UnstorableError } from '../model/codec-error.ts';
import { findUnstorable } from './find-unstorable.ts';
import { isPlainJson } from './plain-json.ts';

/**
 * @param subject What the value is, for messages: `the output of task 'a'`.
 * @param name What it is called at the beginning of a path.
 * @throws UnstorableError where a value would not come back from the store as it is
 */
export function checkStorable(value: unknown, subject: string, name = 'output'): void {
  if (!isPlainJson(value)) refuseUnstorable(value, subject, name);
}

/** As {@link checkStorable}, of a value that is not plain JSON. */
export function refuseUnstorable(value: unknown, subject: string, name: string): void {
  const found = findUnstorable(value, name);
  if (found !== undefined) throw new UnstorableError(subject, found.path, found.what);
}
