/** A text however it is cut. */
export type Pieces = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** A text that can be read once more from its beginning, until that is forgotten. Whoever stops reading it does not close it. */
export class Reread implements AsyncIterable<string | Uint8Array> {
  readonly #source: AsyncIterator<string | Uint8Array> | Iterator<string | Uint8Array>;
  #read: (string | Uint8Array)[] | undefined = [];

  constructor(pieces: Pieces) {
    this.#source =
      Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  }

  [Symbol.asyncIterator](): AsyncIterator<string | Uint8Array> {
    return {
      next: async () => {
        const next = await this.#source.next();
        if (next.done !== true) this.#read?.push(next.value);
        return next;
      },
    };
  }

  /** What comes is not kept any more. */
  forget(): void {
    this.#read = undefined;
  }

  /** All of it, what was read before included; of more than so many characters only the beginning. */
  async again(most: number): Promise<string> {
    const decoder = new TextDecoder();
    const parts: string[] = [];
    let length = 0;
    const add = (piece: string | Uint8Array): void => {
      const part = typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
      length += part.length;
      parts.push(part);
    };
    for (const piece of this.#read ?? []) add(piece);
    this.forget();
    for await (const piece of this) {
      if (length > most) break;
      add(piece);
    }
    return parts.join('') + decoder.decode();
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
