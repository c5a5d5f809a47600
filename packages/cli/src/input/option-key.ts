/** `['range', 'maxRows']` → `range.max-rows`; capitals in a row stay one word: `maxURL` → `max-url`. */
export function kebabCase(path: readonly string[]): string {
  return path
    .map((key) =>
      key
        .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
        .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1-$2')
        .replaceAll('_', '-')
        .toLowerCase(),
    )
    .join('.');
}

/** The key under which commander keeps an option's value: `max-rows` → `maxRows`. */
export function optionKey(name: string): string {
  return name.split('-').reduce((key, word) => key + word.charAt(0).toUpperCase() + word.slice(1));
}
