const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const FORTY_BITS = 2 ** 40;

/** The last part of the last ID: a count that begins anywhere. */
let last = -1;

/**
 * An ID that sorts by the time it was made: ten characters of milliseconds, then 80 random bits, in Crockford's
 * base 32, lower case. Half of these bits are a count that begins anywhere: a process makes no ID twice, even if a test holds its clock
 * and `Math.random` fast. IDs are no secrets; random bits that could be would take Node 5 ms to load.
 *
 * Source: the ULID specification, https://github.com/ulid/spec
 */
export function createId(now: number): string {
  last = last === -1 ? fortyBits() : (last + 1) % FORTY_BITS;
  return inBase32(Math.floor(now), 10) + inBase32(fortyBits(), 8) + inBase32(last, 8);
}

function fortyBits(): number {
  return Math.floor(Math.random() * FORTY_BITS);
}

function inBase32(value: number, length: number): string {
  let text = '';
  let rest = value;
  for (let place = 0; place < length; place++) {
    text = (ALPHABET[rest % 32] ?? '') + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
