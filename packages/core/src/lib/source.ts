const PARTS = Symbol.for('wf-sdk.parts');

type AnyFunction = (...given: never) => unknown;

/** A function of the user's; or a text that says what else was given. */
type Part = AnyFunction | string;

/** Says which functions of the user's a function of ours calls: its own source is the same for all of them. */
export function madeOf<Made extends AnyFunction>(made: Made, parts: readonly Part[]): Made {
  return Object.defineProperty(made, PARTS, { value: parts });
}

/** The source text of what the user wrote of a function; `undefined` where it cannot be seen, as of a bound function. */
export function sourceOf(made: AnyFunction): string | undefined {
  const parts = (made as { readonly [PARTS]?: readonly Part[] })[PARTS];
  if (parts === undefined) return ownSource(made);
  const sources = parts.map((part) => (typeof part === 'string' ? part : sourceOf(part)));
  return sources.includes(undefined) ? undefined : sources.join('\n');
}

function ownSource(made: AnyFunction): string | undefined {
  const text = Function.prototype.toString.call(made);
  return /\{\s*\[native code\]\s*\}$/.test(text) ? undefined : text;
}
