// Reads the events out of the comments of `model/event.ts`. Run by itself it writes the table into docs/events.md:
// node test/docs/event-table.mjs && npx oxfmt docs/events.md
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'ts5';

const SOURCE = fileURLToPath(new URL('../../packages/core/src/model/event.ts', import.meta.url));
export const PAGE = fileURLToPath(new URL('../../docs/events.md', import.meta.url));
const [BEGIN, END] = ['<!-- made of model/event.ts -->', '<!-- until here -->'];

/** @typedef {{ readonly name: string, readonly isOptional: boolean, readonly type: string, readonly meaning: string }} Field */
/** @typedef {{ readonly type: string, readonly meaning: string, readonly fields: readonly Field[] }} EventFacts */

/** @returns {readonly EventFacts[]} What the source says of each type of event, in its order. */
export function readEvents() {
  const program = ts.createProgram([SOURCE], {
    strict: true,
    noEmit: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    allowImportingTsExtensions: true,
  });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(SOURCE);
  const alias = file?.statements.find(
    (statement) => ts.isTypeAliasDeclaration(statement) && statement.name.text === 'RunEvent',
  );
  if (alias === undefined) throw new Error(`${SOURCE} has no type RunEvent`);
  const union = checker.getTypeAtLocation(alias);
  if (!union.isUnion()) throw new Error('RunEvent is no union');
  const events = union.types.map((event) => {
    const fields = event.getProperties().map((property) => fieldOf(property, checker));
    const type = fields.find(({ name }) => name === 'type');
    return {
      type: type?.type.replaceAll("'", '') ?? '',
      meaning: type?.meaning ?? '',
      fields: fields.filter(({ name }) => name !== 'type'),
    };
  });
  const order = readFileSync(SOURCE, 'utf8');
  return events.toSorted((one, other) => order.indexOf(`'${one.type}'`) - order.indexOf(`'${other.type}'`));
}

/**
 * @param {ts.Symbol} property
 * @param {ts.TypeChecker} checker
 * @returns {Field}
 */
function fieldOf(property, checker) {
  const [declaration] = property.declarations ?? [];
  if (declaration === undefined) throw new Error(`${property.name} is declared nowhere`);
  const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
  const told = checker.getTypeOfSymbolAtLocation(property, declaration);
  const type = told.flags & ts.TypeFlags.Unknown ? told : checker.getNonNullableType(told);
  return {
    name: property.name,
    isOptional,
    type: typeText(type, checker),
    meaning: ts.displayPartsToString(property.getDocumentationComment(checker)).replaceAll('\n', ' '),
  };
}

/**
 * @param {ts.Type} type
 * @param {ts.TypeChecker} checker
 * @returns {string} Of literals, each of them, whatever the type is called.
 */
function typeText(type, checker) {
  const parts = type.isUnion() && !(type.flags & ts.TypeFlags.Boolean) ? type.types : [type];
  return parts.map((part) => checker.typeToString(part).replaceAll('"', "'")).join(' | ');
}

/** @returns {string} The table: a row for each event, and below it one for each field that not every such event has. */
export function eventTable() {
  const rows = readEvents().flatMap(({ type, meaning, fields }) => [
    [`**\`${type}\`**`, factsOf(fields), meaning],
    ...fields
      .filter(({ name }) => !COMMON.has(name) || (name === 'item' && !isAttempt(fields)))
      .map(({ name, isOptional, type: kind, meaning: what }) => [
        `\`${name}${isOptional ? '?' : ''}\``,
        `\`${kind}\``,
        what,
      ]),
  ]);
  const lines = [['event, field', 'about, type', 'meaning'], ['---', '---', '---'], ...rows];
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

/** What is told once, above the table. */
const COMMON = new Set(['run', 'at', 'task', 'attempt', 'item']);

/** @param {readonly Field[]} fields */
function isAttempt(fields) {
  return fields.some(({ name }) => name === 'attempt');
}

/** @param {readonly Field[]} fields */
function factsOf(fields) {
  if (isAttempt(fields)) return 'an attempt';
  return fields.some(({ name }) => name === 'task') ? 'a task' : 'a run';
}

/**
 * @param {string} page
 * @returns {{ readonly before: string, readonly table: string, readonly after: string }}
 */
export function partsOf(page) {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no '${BEGIN}' … '${END}'`);
  const start = begin + BEGIN.length;
  return { before: page.slice(0, start), table: page.slice(start, end).trim(), after: page.slice(end) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { before, after } = partsOf(readFileSync(PAGE, 'utf8'));
  writeFileSync(PAGE, `${before}\n\n${eventTable()}\n\n${after}`);
}
