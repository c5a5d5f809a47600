import { resources } from '@opentelemetry/sdk-node';
import { version } from '../version.ts';
import { variable } from './wanted.ts';

/** Who says all this, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` say something else. */
export function serviceResource(): resources.Resource {
  return resources
    .defaultResource()
    .merge(resources.resourceFromAttributes({ 'service.name': 'wf-sdk', 'service.version': version }));
}

/**
 * What is found out about this process and its machine, without a network. `OTEL_NODE_RESOURCE_DETECTORS` has its own
 * choice.
 */
export function detectors(env: NodeJS.ProcessEnv): resources.ResourceDetector[] | undefined {
  if (variable(env, 'OTEL_NODE_RESOURCE_DETECTORS') !== undefined) return undefined;
  // What is detected later wins over what was before: the user's own attributes come last.
  return [withoutCommandLine(resources.processDetector), resources.hostDetector, resources.envDetector];
}

/** The input of a run stands on the command line, and what is in it is not for everyone who may read traces. */
function withoutCommandLine(detector: resources.ResourceDetector): resources.ResourceDetector {
  return {
    detect(config) {
      const { attributes = {} } = detector.detect(config);
      return {
        attributes: Object.fromEntries(
          Object.entries(attributes).filter(([name]) => !name.startsWith('process.command')),
        ),
      };
    },
  };
}
