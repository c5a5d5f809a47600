import type { logs } from '@opentelemetry/sdk-node';
import type { Colors } from 'picocolors/types.js';
import { toJsonText } from '../show/event-json.ts';

/** Log records as lines, each at once. */
export function logLook(print: (text: string) => void, colours: Colors): logs.LogRecordProcessor {
  return {
    onEmit({ severityText, body, attributes }) {
      const said = typeof body === 'string' ? body : toJsonText(body);
      print(
        `  ${colours.dim('log │')} ${severityText ?? 'info'}: ${said} ${colours.dim(toJsonText(attributes))}`,
      );
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}
