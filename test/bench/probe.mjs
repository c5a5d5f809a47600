import { shapes } from './shapes.mjs';
import { comparators } from './subjects/comparators.mjs';
import { prepare } from './subjects/subject.mjs';

// One run of one comparator on one shape, for whoever waits for this process: see too-slow.mjs.

const [comparator, name] = process.argv.slice(2);
const shape = shapes.find((known) => known.name === name);
if (comparator === undefined || !(comparator in comparators) || shape === undefined)
  throw new Error('no such subject');
await prepare(comparators[/** @type {keyof typeof comparators} */ (comparator)], shape)();
