import { drawRun } from '../draw/run.ts';
import type { Marks } from '../draw/marks.ts';
import type { LooseOptions } from '../run/loose-options.ts';
import { TestKitError } from '../run/test-kit-error.ts';
import type { Examined } from './invariant.ts';
import { toCall } from './to-code.ts';

/** A run that breaks an invariant, and how it is made. */
interface BrokenRun extends Examined {
  /** What was tried, and which case of it this is. */
  readonly found: string;
  readonly marks: Marks;
  /** Lines about the run beside its drawing. */
  readonly notes: readonly string[];
  readonly options: LooseOptions;
}

/** An invariant does not hold: of which run, what the invariant threw (`cause`), and how that run is made again. */
export class InvariantError extends TestKitError {
  override readonly name = 'InvariantError';
  readonly #options: LooseOptions;

  constructor(broken: BrokenRun) {
    const { fault, options } = broken;
    super(tell(broken), { cause: fault?.thrown });
    this.#options = options;
  }

  /** What `testRun()` is given to make the run again. */
  get options(): object {
    return this.#options;
  }
}

function tell({ found, fault, result, marks, notes, options }: BrokenRun): string {
  return [
    found,
    indented(toMessage(fault?.thrown)),
    ...(result === undefined ? [] : [[drawRun(result, { marks }), ...notes].join('\n')]),
    `The same run again:\n${indented(toCall(options))}`,
  ].join('\n\n');
}

function toMessage(thrown: unknown): string {
  return thrown instanceof Error && thrown.message !== '' ? thrown.message : String(thrown);
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
