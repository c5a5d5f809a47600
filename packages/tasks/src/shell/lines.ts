/** A longer line is cut, so that a program which never ends its line does not fill the memory. In characters. */
export const LONGEST_LINE = 16_384;

/** The mark is one that what hides secrets knows: a piece of one before it is found. */
export const CUT: string = `… [cut: a line of more than ${LONGEST_LINE.toLocaleString('en-US')} characters]`;

/** Makes lines of what a program writes, each told when its end is there. Bytes that are no UTF-8 become `�`. */
export class Lines {
  readonly #tell: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #line = '';
  /** The line was told already, as far as it is told: the rest of it is dropped. */
  #isCut = false;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  write(bytes: Uint8Array): void {
    this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** Tells a last line without an end, too. */
  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#line !== '') this.#endLine();
  }

  #take(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      this.#add(text.slice(from, end));
      this.#endLine();
      from = end + 1;
    }
    this.#add(text.slice(from));
  }

  #add(piece: string): void {
    if (this.#isCut) return;
    this.#line += piece;
    if (this.#line.length <= LONGEST_LINE) return;
    this.#tell(withoutHalf(this.#line.slice(0, LONGEST_LINE)) + CUT);
    this.#line = '';
    this.#isCut = true;
  }

  #endLine(): void {
    if (!this.#isCut) this.#tell(this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line);
    this.#line = '';
    this.#isCut = false;
  }
}

/** A cut may fall between the two halves of one character. */
function withoutHalf(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}

const MOST_LAST = 10;
const LONGEST_LAST = 500;

/** The last lines of many, for a message. Empty ones are left out. */
export class LastLines {
  readonly #lines: string[] = [];

  add(line: string): void {
    if (line.trim() === '') return;
    this.#lines.push(line.length > LONGEST_LAST ? `${withoutHalf(line.slice(0, LONGEST_LAST))}…` : line);
    if (this.#lines.length > MOST_LAST) this.#lines.shift();
  }

  get all(): readonly string[] {
    return this.#lines;
  }
}
