const FEW: readonly number[] = new Array<number>(64).fill(0);

/**
 * So many zeros, in a plain array: a typed one of more than 64 bytes lives outside the heap, which costs a small run more
 * than all the rest. A few are copied sooner than written.
 */
export function zeros(size: number): number[] {
  return size <= FEW.length ? FEW.slice(0, size) : new Array<number>(size).fill(0);
}
