import { quick, thorough } from './effort.mjs';

// Measures one table and sends it to the process that started this one: see bench.mjs.

const [module, argument = '', mode] = process.argv.slice(2);
if (module === undefined || process.send === undefined) throw new Error('this is started by bench.mjs');
const check = mode === 'check';
const { measure } = /** @type {{ measure: import('./tables.mjs').Measure }} */ (await import(module));
process.send(await measure({ effort: check ? quick : thorough, check, argument }));
process.disconnect();
