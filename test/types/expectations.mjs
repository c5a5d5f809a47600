/*
 * What a type test expects of the compiler stands above the line it is said of:
 *
 *     // @ts-expect-error TS2345 at 'extrct': Argument of type '"extrct"' is not assignable to …
 *     //   a line of the explanation below the message
 *     two.addTask('load').dependsOn('extrct')
 *
 * After `at` comes the text that the error must start at; it is there once. `…` stands for any text. To an editor
 * and to the ordinary type check it is TypeScript's own directive, so the file is free of errors; here it is made
 * harmless, and what the compiler then says must be this and nothing else.
 */

/** @import { Diagnostic } from './compilers.mjs' */

/**
 * @typedef {object} Expectation
 * @property {number} line from 1
 * @property {number} column from 1; 0 where the line does not have the text, or has it twice
 * @property {number} code
 * @property {string} message
 * @property {string[]} details
 */

const DIRECTIVE = /^\s*\/\/ @ts-expect-error(?<rest>.*)$/;
const EXPECTED = /^ TS(?<code>\d+) at (?<text>.+?): (?<message>.+)$/;
const COMMENT = /^\s*\/\/\s*(?<text>.*)$/;

/** @param {string} source */
export const withoutDirectives = (source) => source.replaceAll('// @ts-expect-error', '// expected');

/**
 * @param {string} source
 * @returns {Expectation[]}
 */
export function readExpectations(source) {
  const lines = source.split('\n');
  return lines.flatMap((directive, index) => {
    const rest = DIRECTIVE.exec(directive)?.groups?.['rest'];
    if (rest === undefined) return [];
    const { code, text = '', message = '' } = EXPECTED.exec(rest)?.groups ?? {};
    const details = [];
    let at = index + 1;
    for (let comment; (comment = COMMENT.exec(lines[at] ?? '')?.groups?.['text']) !== undefined; at += 1) {
      details.push(comment);
    }
    return [{ line: at + 1, column: columnOf(text, lines[at] ?? ''), code: Number(code), message, details }];
  });
}

/**
 * @param {string} text
 * @param {string} line
 */
function columnOf(text, line) {
  const parts = line.split(text);
  return parts.length === 2 ? (parts[0]?.length ?? 0) + 1 : 0;
}

/**
 * Everything in which the diagnostics are not what was expected; an empty list is success.
 *
 * @param {readonly Expectation[]} expectations
 * @param {readonly Diagnostic[]} diagnostics
 * @returns {string[]}
 */
export function differences(expectations, diagnostics) {
  const rest = diagnostics.map(withoutHead);
  const missing = expectations.filter((expectation) => {
    const found = rest.findIndex((diagnostic) => fits(expectation, diagnostic));
    if (found !== -1) rest.splice(found, 1);
    return found === -1;
  });
  return [...missing.map((one) => `missing: ${show(one)}`), ...rest.map((one) => `unexpected: ${show(one)}`)];
}

/**
 * Of a missing property TypeScript 5 and 6 say in two lines, where the type names are long, what 7 says in one.
 *
 * @param {Diagnostic} diagnostic
 * @returns {Diagnostic}
 */
function withoutHead(diagnostic) {
  const [first = '', ...details] = diagnostic.details;
  const missing = /^Property '.*' is missing in type '.*' but required in type '.*'\.$/.test(first);
  return diagnostic.code === 2345 && missing
    ? { ...diagnostic, code: 2741, message: first, details }
    : diagnostic;
}

/** @param {Expectation | Diagnostic} one */
const show = ({ line, column, code, message, details }) =>
  [`${line}:${column} TS${code} ${message}`, ...details].join('\n    ');

/**
 * @param {Expectation} expected
 * @param {Diagnostic} actual
 */
function fits(expected, actual) {
  return (
    expected.line === actual.line &&
    expected.column === actual.column &&
    expected.code === actual.code &&
    matches(expected.message, actual.message) &&
    expected.details.every((line) => actual.details.some((detail) => matches(line, detail)))
  );
}

/**
 * @param {string} expected
 * @param {string} actual
 */
function matches(expected, actual) {
  const pattern = inOneOrder(expected)
    .split('…')
    .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return new RegExp(`^${pattern.join('.*')}$`).test(inOneOrder(actual));
}

const GROUP = /[({<[][^(){}<>[\]]*[)}>\]]/;
const UNION = /[^\s'|,:;]+(?: \| [^\s'|,:;]+)+/g;

/**
 * Compilers print a union's arms, and so a mapped type's members, each in an order of its own: puts both in
 * alphabetical order.
 *
 * @param {string} message
 */
export function inOneOrder(message) {
  /** @type {string[]} */
  const groups = [];
  /** @type {(text: string) => string} */
  const expanded = (text) => text.replaceAll(/\uE000(\d+)\uE001/g, (_, index) => groups[Number(index)] ?? '');
  const sorted = (/** @type {string[]} */ texts) => texts.map(expanded).sort();
  const unions = (/** @type {string} */ text) =>
    text.replaceAll(UNION, (union) => sorted(union.split(' | ')).join(' | '));
  const group = (/** @type {string} */ text) => {
    const members = /^\{ (.*); \}$/.exec(text)?.[1];
    return members === undefined
      ? expanded(text.slice(0, 1) + unions(text.slice(1, -1)) + text.slice(-1))
      : `{ ${sorted(members.split('; ').map(unions)).join('; ')}; }`;
  };
  // From the innermost group out: each is put in order, kept, and stands in the text as one word.
  let text = message.replaceAll('=>', '\uE002');
  for (let found = GROUP.exec(text); found !== null; found = GROUP.exec(text)) {
    groups.push(group(found[0]));
    text = `${text.slice(0, found.index)}\uE000${groups.length - 1}\uE001${text.slice(found.index + found[0].length)}`;
  }
  return expanded(unions(text)).replaceAll('\uE002', '=>');
}
