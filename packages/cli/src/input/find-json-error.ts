/** Where and why a text is no JSON. Node's own message has no position for some errors, and differs by version. */
export interface JsonProblem {
  readonly offset: number;
  readonly reason: string;
}

const SPACE = /[ \t\r\n]*/y;
// Whatever comes after the space character, but quotes and backslashes.
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)\b/y;

/** The first place at which a text stops being JSON; `undefined` where it is JSON throughout. */
export function findJsonError(text: string): JsonProblem | undefined {
  let offset = 0;

  function take(pattern: RegExp): boolean {
    pattern.lastIndex = offset;
    const taken = pattern.test(text);
    if (taken) offset = pattern.lastIndex;
    return taken;
  }

  function character(wanted: string): boolean {
    take(SPACE);
    if (text[offset] !== wanted) return false;
    offset += 1;
    take(SPACE);
    return true;
  }

  function fail(expected: string): JsonProblem {
    const found = text[offset];
    if (found === undefined) return { offset, reason: `${expected} expected, but the text ends here` };
    if (found === "'") return { offset, reason: 'single quotes are not JSON; use double quotes' };
    if (found === '"') return { offset, reason: brokenString(text.slice(offset)) };
    if (text.startsWith('//', offset) || text.startsWith('/*', offset)) {
      return { offset, reason: 'JSON has no comments' };
    }
    return { offset, reason: `${expected} expected` };
  }

  function list(close: string, item: () => JsonProblem | undefined): JsonProblem | undefined {
    if (character(close)) return undefined;
    for (;;) {
      const problem = item();
      if (problem !== undefined) return problem;
      if (character(close)) return undefined;
      if (!character(',')) return fail(`"," or "${close}"`);
      if (text[offset] === close) return { offset, reason: `a comma before "${close}" is not JSON` };
    }
  }

  function member(): JsonProblem | undefined {
    if (!take(STRING)) return fail('a key in double quotes');
    return character(':') ? value() : fail('":"');
  }

  function value(): JsonProblem | undefined {
    take(SPACE);
    if (character('{')) return list('}', member);
    if (character('[')) return list(']', value);
    return take(STRING) || take(SCALAR) ? undefined : fail('a value');
  }

  const problem = value();
  if (problem !== undefined) return problem;
  take(SPACE);
  return offset < text.length ? { offset, reason: 'nothing more expected after the value' } : undefined;
}

function brokenString(rest: string): string {
  const line = /^"(?:[^"\\\n]|\\.)*/.exec(rest)?.[0] ?? '';
  return rest[line.length] === '"'
    ? 'a wrong escape or control character in this text'
    : 'this text is not closed';
}
