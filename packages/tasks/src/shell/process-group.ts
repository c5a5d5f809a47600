import { readdirSync, readFileSync } from 'node:fs';
import { onExit } from 'signal-exit';

/** The groups that are there, and what ends them with this process. */
const groups = new Set<ProcessGroup>();
let forget: (() => void) | undefined;

/** A child process with its own children: they do not outlive this process, where it ends in order or by a signal. */
export class ProcessGroup {
  readonly #leader: number;

  /** @param leader The process ID of a child that was started detached. */
  constructor(leader: number) {
    this.#leader = leader;
    groups.add(this);
    // Nobody is there any more who could wait for them to clean up.
    forget ??= onExit(() => groups.forEach((group) => group.kill('SIGKILL')));
  }

  /** Whether one of its processes is there still, other than as a zombie. */
  get isThere(): boolean {
    return this.#send(0) && hasLiving(this.#leader);
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): boolean {
    return this.#send(signal);
  }

  /** From now on they are on their own. */
  release(): void {
    groups.delete(this);
    if (groups.size > 0) return;
    forget?.();
    forget = undefined;
  }

  /** @returns Whether there was anybody to hear it. */
  #send(signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
    try {
      return process.kill(-this.#leader, signal);
    } catch {
      return false;
    }
  }
}

/**
 * In a container whose first process is no init nobody asks after processes that have lost their parent: they stay as
 * zombies, of which a signal says that they are there.
 *
 * Source: proc_pid_stat(5). Where there is no such folder it is taken that they live.
 */
function hasLiving(group: number): boolean {
  if (process.platform !== 'linux') return true;
  const processes = attempt(() => readdirSync('/proc').filter((name) => /^\d+$/.test(name)));
  return (
    processes?.some((name) => {
      const stat = attempt(() => readFileSync(`/proc/${name}/stat`, 'latin1')) ?? '';
      // The name of the program, in parentheses, may have anything in it.
      const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(pgrp) === group && state !== 'Z' && state !== 'X';
    }) ?? true
  );
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
