import type { Colors } from 'picocolors/types.js';
import type { Phase } from '../keep/phase.ts';

/** A run's state in its colour. */
export function paintPhase(text: string, phase: Phase, colours: Colors): string {
  switch (phase) {
    case 'running':
      return colours.cyan(text);
    case 'pending':
    case 'waiting':
    case 'interrupted':
      return colours.yellow(text);
    case 'succeeded':
      return colours.green(text);
    case 'failed':
      return colours.red(text);
    case 'cancelled':
      return colours.dim(text);
  }
}
