const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * An ID that sorts by the time it was made: ten characters of milliseconds, then 80 random bits, in Crockford's
 * base 32, lower case.
 *
 * Source: the ULID specification, https://github.com/ulid/spec
 */
export function createId(now: number): string {
  let time = '';
  let rest = Math.floor(now);
  for (let place = 0; place < 10; place++) {
    time = (ALPHABET[rest % 32] ?? '') + time;
    rest = Math.floor(rest / 32);
  }
  let chance = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) chance += ALPHABET[byte & 31] ?? '';
  return time + chance;
}
