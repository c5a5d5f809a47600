/** What stands for all names that came too late. */
const OTHER = '_OTHER';

/** The first so many names that were seen; all others are {@link OTHER}, so that what is told by name stays bounded. */
export class KnownNames {
  readonly #limit: number;
  readonly #names = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param within What the name is unique in, where that is more than the name says. */
  of(name: string, within = ''): string {
    const key = `${within}/${name}`;
    if (this.#names.has(key)) return name;
    if (this.#names.size >= this.#limit) return OTHER;
    this.#names.add(key);
    return name;
  }
}
