/** A value in a message, short: an error by what it says, an object by what kind it is. */
export function preview(value: unknown): string {
  if (typeof value === 'string') return value.length > 80 ? `${value.slice(0, 77)}…` : value;
  if (value instanceof Error) return value.message;
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);
}

/** The same, with a text in quotes. */
export function quoted(value: unknown): string {
  return typeof value === 'string' ? `'${preview(value)}'` : preview(value);
}
