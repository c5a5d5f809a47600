import { asBytes, formsOf, SHORTEST } from './forms.ts';

/** A number is taken for a secret from so many digits. */
const SHORTEST_NUMBER = 8;
/** Of a text that was cut, such as the excerpt in a message, a piece of a value is taken out from so many characters. */
const SHORTEST_PIECE = 6;
const CUT = /"?(?:…|\.\.\.)"?/g;

/** Finds the values of secrets in text, and puts `[secret NAME]` in their place. */
export class Redactor {
  readonly #names = new Map<string, string>();
  readonly #values: ReadonlyMap<string, string>;
  readonly #marks: ReadonlySet<string>;
  readonly #pattern: RegExp | undefined;

  /** @param values By name. */
  constructor(values: ReadonlyMap<string, string>) {
    for (const [name, value] of values)
      for (const form of formsOf(value)) if (!this.#names.has(form)) this.#names.set(form, name);
    this.#values = new Map([...values].filter(([, value]) => value.length >= SHORTEST));
    this.#marks = new Set([...values.keys()].map(markOf));
    // The longest first: one value may begin with another. A mark is left as it is, whatever is in it.
    const forms = [...this.#names.keys()].toSorted((one, other) => other.length - one.length);
    this.#pattern =
      forms.length === 0 ? undefined : new RegExp([...this.#marks, ...forms].map(escaped).join('|'), 'g');
  }

  /** The text without secrets. */
  text(text: string): string {
    if (this.#pattern === undefined) return text;
    const clean = text.replaceAll(this.#pattern, (found) =>
      this.#marks.has(found) ? found : markOf(this.#names.get(found) ?? ''),
    );
    return clean.search(CUT) === -1 ? clean : this.#withoutPieces(clean);
  }

  /** The name of a secret that stands in the text as a whole. */
  find(text: string): string | undefined {
    if (this.#pattern === undefined) return undefined;
    for (const [found] of text.matchAll(this.#pattern))
      if (!this.#marks.has(found)) return this.#names.get(found);
    return undefined;
  }

  findInBytes(bytes: Uint8Array): string | undefined {
    return this.find(asBytes(bytes));
  }

  findInNumber(number: number | bigint): string | undefined {
    const digits = String(number);
    return digits.length >= SHORTEST_NUMBER ? this.#names.get(digits) : undefined;
  }

  /** Messages quote only the beginning of a long value, or a part of it: a cut secret is still one. */
  #withoutPieces(text: string): string {
    let clean = '';
    let rest = 0;
    for (const { 0: cut, index } of text.matchAll(CUT)) {
      if (index < rest) continue;
      const [before, nameBefore] = this.#piece((length) => text.slice(Math.max(rest, index - length), index));
      const end = index + cut.length;
      const [after, nameAfter] = this.#piece((length) => text.slice(end, end + length));
      clean += text.slice(rest, index - before);
      if (nameBefore !== undefined) clean += markOf(nameBefore);
      clean += cut;
      if (nameAfter !== undefined) clean += markOf(nameAfter);
      rest = end + after;
    }
    return clean + text.slice(rest);
  }

  /** The longest piece of a value beside a cut, and whose it is. */
  #piece(beside: (length: number) => string): readonly [length: number, name: string | undefined] {
    let longest: readonly [number, string | undefined] = [0, undefined];
    for (const [name, value] of this.#values) {
      let length = 0;
      for (let next = 1; next <= value.length; next++) {
        const piece = beside(next);
        if (piece.length < next || !value.includes(piece)) break;
        length = next;
      }
      if (length >= SHORTEST_PIECE && length > longest[0]) longest = [length, name];
    }
    return longest;
  }
}

export function markOf(name: string): string {
  return `[secret ${name}]`;
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
