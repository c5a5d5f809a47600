/**
 * The URL of the module by which the threads of isolated tasks load pipelines: the `loader` of a thread dispatcher. In
 * the sources it stands beside this one; built, it stands beside whatever this one has been built into.
 */
export const threadLoader: string = import.meta.url.replace(/[^/]+(\.[jt]s)$/, 'pipeline.thread$1');
