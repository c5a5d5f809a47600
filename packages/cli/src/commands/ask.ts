import { createInterface } from 'node:readline';
import type { TaskDefinition } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { describeError } from '../show/describe-error.ts';
import { markOf } from '../show/marks.ts';
import type { Waiting } from '../show/waiting.ts';
import { type Answer, readAnswer, readValue } from './answer.ts';

/** Somebody who can be asked. */
export interface Asker {
  /** Gives a line; nothing where no more will come. */
  question(prompt: string): Promise<string | undefined>;
  say(text: string): void;
}

/** What can be done about a waiting task. */
export type Decided = Exclude<Answer, { readonly problem: string } | { readonly decision: 'approve_with' }>;

/** Asks what becomes of a task until the answer is one that can be followed; gives nothing where none comes. */
export async function ask(
  { run, task }: Waiting,
  asker: Asker,
  colours: Colors,
): Promise<Decided | undefined> {
  const { id, error, message, definition } = task;
  asker.say(`${markOf('question', colours)} ${colours.bold(`${run.prefix}${id}`)} waits for your decision`);
  for (const line of describeError(error, colours, process.cwd())) asker.say(`    ${line}`);
  if (message !== undefined) asker.say(`    ${message}`);
  for (;;) {
    const line = await asker.question('  [a]pprove with a JSON value, [r]etry, [s]kip or [f]ail? ');
    if (line === undefined) return undefined;
    const answer = await complete(readAnswer(line), asker);
    if (answer === undefined) return undefined;
    const checked = 'problem' in answer ? answer : await check(answer, definition);
    if (!('problem' in checked)) return checked;
    asker.say(colours.yellow(`  ${checked.problem}`));
  }
}

type Complete = Exclude<Answer, { readonly decision: 'approve_with' }>;

async function complete(answer: Answer, asker: Asker): Promise<Complete | undefined> {
  if ('problem' in answer || answer.decision !== 'approve_with') return answer;
  const text = await asker.question('  its output as JSON (nothing for none): ');
  return text === undefined ? undefined : (readValue(text) as Complete);
}

/** A value that a person types is held against the task's schema, as what its handler gives would be. */
async function check(
  answer: Decided,
  definition: TaskDefinition | undefined,
): Promise<Decided | { readonly problem: string }> {
  const schema = definition?.fanOut === undefined ? definition?.output : undefined;
  if (answer.decision !== 'approve' || schema === undefined) return answer;
  const result = await schema['~standard'].validate(answer.value);
  // As it was typed: the run makes of it what the schema does.
  if (result.issues === undefined) return answer;
  const issues = result.issues.map(({ path = [], message }) => {
    const at = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return at === '' ? message : `${at}: ${message}`;
  });
  return { problem: `the value does not fit the task's output: ${issues.join('; ')}` };
}

/** The person at the terminal. Once the signal is aborted, or at the end of the input, no answer comes any more. */
export function openTerminal(signal: AbortSignal): Asker & { close(): void } {
  const lines = createInterface({
    input: process.stdin,
    output: process.stderr,
    terminal: true,
    historySize: 0,
  });
  let closed = false;
  let stop = (): void => undefined;
  lines.on('close', () => {
    closed = true;
    stop();
  });
  // While lines are read the terminal does not make a signal of Ctrl-C by itself.
  lines.on('SIGINT', () => process.emit('SIGINT'));
  const close = (): void => lines.close();
  signal.addEventListener('abort', close, { once: true });
  return {
    question: (prompt) =>
      new Promise((resolve) => {
        if (closed) return resolve(undefined);
        stop = () => {
          process.stderr.write('\n');
          resolve(undefined);
        };
        lines.question(prompt, (line) => {
          stop = () => undefined;
          resolve(line);
        });
      }),
    say: (text) => void process.stderr.write(`${text}\n`),
    close: () => {
      signal.removeEventListener('abort', close);
      close();
    },
  };
}
