/**
 * The URL of the module that threads run. In the sources it stands beside this one; built, it stands beside whatever
 * this one has been built into.
 */
export const threadFile: string = import.meta.url.replace(/[^/]+(\.[jt]s)$/, 'attempt.thread$1');
