/** East Asian letters and emoji, as far as tests use them: two columns each. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\u{1f300}-\u{1faff}]/u;

/** A terminal without colours: what is on its screen, and what has gone off its top. */
export class Terminal {
  rows: number;
  columns: number;
  readonly scrolledOff: string[] = [];
  cursorHidden = false;
  #screen: string[][];
  #row = 0;
  #column = 0;
  #unread = '';

  constructor(rows: number, columns: number) {
    this.rows = rows;
    this.columns = columns;
    this.#screen = Array.from({ length: rows }, () => []);
  }

  /** The lines on the screen, from its top to the last that has something. */
  get screen(): string[] {
    return this.#screen.map(textOf).join('\n').trimEnd().split('\n');
  }

  /** All that a user who scrolls up can read. */
  get all(): string[] {
    return [...this.scrolledOff, ...this.screen];
  }

  write(output: string): void {
    this.#unread += output;
    for (;;) {
      // A sequence, or a character; a sequence that is not complete yet waits for the rest.
      // oxlint-disable-next-line no-control-regex -- they are what a terminal is about
      const part = /^(?:\u001b\[([?\d;]*)([A-Za-z])|[^\u001b])/u.exec(this.#unread);
      if (part === null) break;
      const [text, parameters, final] = part;
      this.#unread = this.#unread.slice(text.length);
      if (final === undefined) this.#put(text);
      else this.#control(final, parameters ?? '');
    }
    if (this.#unread.length > 20)
      throw new Error(`not known to this terminal: ${JSON.stringify(this.#unread.slice(0, 20))}`);
  }

  #put(character: string): void {
    if (character === '\r') {
      this.#column = 0;
    } else if (character === '\n') {
      this.#newLine();
    } else if (character >= ' ') {
      const width = WIDE.test(character) ? 2 : 1;
      if (this.#column + width > this.columns) {
        this.#newLine();
        this.#column = 0;
      }
      const line = this.#line();
      while (line.length < this.#column) line.push(' ');
      line[this.#column] = character;
      for (let spare = 1; spare < width; spare++) line[this.#column + spare] = '';
      this.#column += width;
    }
  }

  #newLine(): void {
    if (this.#row < this.rows - 1) {
      this.#row++;
      return;
    }
    this.scrolledOff.push(textOf(this.#screen.shift() ?? []));
    this.#screen.push([]);
  }

  #line(): string[] {
    const line = this.#screen[this.#row];
    if (line === undefined) throw new Error(`there is no row ${this.#row}`);
    return line;
  }

  #control(final: string, parameters: string): void {
    const number = Number(parameters.split(';')[0] || 1);
    switch (final) {
      case 'm':
        break;
      case 'A':
        this.#row = Math.max(0, this.#row - number);
        break;
      case 'B':
        this.#row = Math.min(this.rows - 1, this.#row + number);
        break;
      case 'E':
        this.#row = Math.min(this.rows - 1, this.#row + number);
        this.#column = 0;
        break;
      case 'G':
        this.#column = number - 1;
        break;
      case 'K':
        if (parameters === '2') this.#line().length = 0;
        else if (parameters === '' || parameters === '0') this.#line().splice(this.#column);
        else throw new Error(`not known to this terminal: K with ${parameters}`);
        break;
      case 'J':
        if (parameters !== '' && parameters !== '0')
          throw new Error(`not known to this terminal: J with ${parameters}`);
        this.#line().splice(this.#column);
        for (const line of this.#screen.slice(this.#row + 1)) line.length = 0;
        break;
      case 'h':
      case 'l':
        if (parameters === '?25') this.cursorHidden = final === 'l';
        break;
      default:
        throw new Error(`not known to this terminal: ${final} with ${parameters}`);
    }
  }
}

function textOf(line: readonly string[]): string {
  return line.join('').trimEnd();
}
