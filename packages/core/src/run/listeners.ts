import { EVENT_TYPES } from '../codec/event.ts';
import { didYouMean } from '../lib/suggest.ts';
import { OptionError } from '../model/error.ts';
import type { RunEvent, RunEventOf } from '../model/event.ts';
import type { Observer } from '../model/ports.ts';

/**
 * An observer that passes on the events of one type, or of any.
 *
 * @throws OptionError where there is no such type of event, or what is to be called is no function.
 */
export function observerOf<Type extends RunEvent['type'] | '*'>(
  type: Type,
  listener: (event: RunEventOf<Type>) => void,
): Observer {
  if (type !== '*' && !EVENT_TYPES.includes(type)) {
    const wanted = `a type of event, or '*' for all${didYouMean(type, EVENT_TYPES)}`;
    throw new OptionError('type', wanted, type);
  }
  if (typeof listener !== 'function') throw new OptionError('listener', 'a function', listener);
  return (event) => {
    // An event of this type is what a listener of this type takes: the one cast of it.
    if (type === '*' || event.type === type) return listener(event as RunEventOf<Type>);
  };
}
