/** Where a property stands, as one would write it: `data.rows`, `data['my-task']`. */
export function member(place: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${place}.${key}` : `${place}[${quote(key)}]`;
}

export function quote(key: string): string {
  const escaped = JSON.stringify(key).slice(1, -1);
  return `'${escaped.replaceAll(String.raw`\"`, '"').replaceAll("'", String.raw`\'`)}'`;
}

/** The name of a value's class, as far as it says. */
export function classOf(value: object): string {
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' ? name : 'an unnamed class';
}
