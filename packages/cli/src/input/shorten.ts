const MAX_SHOWN = 80;

/** At most 80 characters, on one line. */
export function shorten(text: string, max: number = MAX_SHOWN): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}
