import { pools } from '../admit/pool-set.ts';
import { allBreakers } from '../execute/breakers.ts';
import type { Watched } from '../telemetry/load.ts';

/** What runs of this process share, for metrics that are read from it. */
export const SHARED: Watched['shared'] = { pools, breakers: allBreakers };
