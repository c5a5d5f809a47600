/**
 * Whether two values are the same in all that a store promises: classes, order, holes, -0, and what is one object in one
 * of them is one in the other.
 */
export function same(one: unknown, other: unknown): boolean {
  return compare(one, other, new Map(), new Map());
}

function compare(
  one: unknown,
  other: unknown,
  there: Map<object, object>,
  back: Map<object, object>,
): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) {
    return Object.is(one, other);
  }
  if (there.has(one) || back.has(other)) return there.get(one) === other && back.get(other) === one;
  there.set(one, other);
  back.set(other, one);
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (one instanceof Date) return Object.is(one.getTime(), (other as Date).getTime());
  if (one instanceof RegExp)
    return one.source === (other as RegExp).source && one.flags === (other as RegExp).flags;
  if (one instanceof URL) return one.href === (other as URL).href;
  if (one instanceof ArrayBuffer || ArrayBuffer.isView(one)) return hexOf(one) === hexOf(other);
  const [ones, others] = [partsOf(one), partsOf(other)];
  return (
    ones.length === others.length && ones.every((part, place) => compare(part, others[place], there, back))
  );
}

function hexOf(value: object): string {
  if (!ArrayBuffer.isView(value)) return Buffer.from(value as ArrayBuffer).toString('hex');
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
}

function partsOf(value: object): unknown[] {
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  const parts: unknown[] = Object.entries(value).flat();
  return Array.isArray(value) ? [value.length, ...parts] : parts;
}
