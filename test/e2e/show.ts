import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { command, type Ended, type Sandbox, type StartOptions } from './sandbox.ts';
import { Terminal } from './terminal.ts';

const OPEN_TERMINAL = fileURLToPath(new URL('./open_terminal.py', import.meta.url));
export const canOpenTerminal =
  process.platform !== 'win32' && spawnSync('python3', ['-c', 'import pty']).status === 0;

/** A command that runs in a terminal. */
export interface Shown {
  readonly terminal: Terminal;
  /** What was on the screen whenever something had been drawn. */
  readonly pictures: readonly string[][];
  readonly ended: Promise<Ended>;
  /** Waits until the screen shows this. */
  showing(text: string | RegExp): Promise<void>;
  press(keys: string): void;
  resize(rows: number, columns: number): void;
}

/** Runs the command in a terminal of this size. */
export function show(
  sandbox: Sandbox,
  rows: number,
  columns: number,
  args: readonly string[],
  options: StartOptions = {},
): Shown {
  const env = { TERM: 'xterm-256color', ...options.env };
  const started = sandbox.startOther(
    'python3',
    [OPEN_TERMINAL, String(rows), String(columns), ...command, ...args],
    { ...options, env, keepStdin: true },
  );
  const terminal = new Terminal(rows, columns);
  const pictures: string[][] = [];
  started.child.stdout.on('data', (output: string) => {
    terminal.write(output);
    pictures.push(terminal.screen);
  });
  const order = (what: object): void => void started.child.stdin.write(`${JSON.stringify(what)}\n`);
  return {
    terminal,
    pictures,
    ended: started.ended,
    showing: (text) =>
      started.until(() =>
        typeof text === 'string'
          ? terminal.screen.join('\n').includes(text)
          : text.test(terminal.screen.join('\n')),
      ),
    press: (keys) => order({ type: keys }),
    resize(newRows, newColumns) {
      order({ resize: [newRows, newColumns] });
    },
  };
}

export const CTRL_C = '\u0003';
