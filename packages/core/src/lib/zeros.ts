/**
 * So many zeros, in a plain array: a typed one of more than 64 bytes lives outside the heap, which costs a small run more
 * than all the rest.
 */
export function zeros(size: number): number[] {
  return new Array<number>(size).fill(0);
}
