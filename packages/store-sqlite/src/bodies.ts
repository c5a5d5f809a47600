import { type Blobs, blobName } from './blobs.ts';
import { Unprepared } from './connection.ts';
import type { Row } from './driver/database.ts';

/** Of a text longer than this, in UTF-16 units, only the name is in the database. */
const LONGEST_INSIDE = 64 * 1024;
/** So many files are written at a time. */
const AT_ONCE = 8;

/** What one write keeps outside the database. */
export class Spill {
  readonly #blobs: Blobs;
  readonly #names = new Map<string, string>();

  constructor(blobs: Blobs, texts: Iterable<string>) {
    this.#blobs = blobs;
    for (const text of texts) if (isLarge(text)) this.#names.set(text, blobName(text));
  }

  /** What is to be done before the transaction, if anything is. */
  get before(): (() => Promise<void>) | undefined {
    return this.#names.size === 0 ? undefined : () => this.#write();
  }

  /**
   * To be asked within the transaction. While it lasts nobody removes a file, but somebody may have done so before.
   *
   * @throws Unprepared
   */
  check(): void {
    for (const name of this.#names.values()) if (!this.#blobs.has(name)) throw new Unprepared();
  }

  /** What stands in the columns `body` and `blob`. */
  columns(text: string): readonly [string | null, string | null] {
    const name = this.#names.size === 0 ? undefined : this.#names.get(text);
    return name === undefined ? [text, null] : [null, name];
  }

  async #write(): Promise<void> {
    const all = [...this.#names];
    for (let start = 0; start < all.length; start += AT_ONCE)
      await Promise.all(
        all.slice(start, start + AT_ONCE).map(([text, name]) => this.#blobs.write(name, text)),
      );
  }
}

/** The text of a row, wherever it is. @throws StoreError `store_corrupt` */
export function bodyOf({ body, blob }: Row, blobs: Blobs): string | Promise<string> {
  return typeof blob === 'string' ? blobs.read(blob) : String(body);
}

/** Some versions of the drivers end a text at its first NUL. */
function isLarge(text: string): boolean {
  return text.length > LONGEST_INSIDE || text.includes('\0');
}
