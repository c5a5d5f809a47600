/** What a command was called for goes to standard output. Gives whether anybody still reads it. */
export function print(text: string): boolean {
  process.stdout.write(`${text}\n`);
  return process.stdout.writable;
}

/** How wide what is printed may be: as wide as the terminal, and without limit where there is none. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? stream.columns || 80 : Number.POSITIVE_INFINITY;
}
