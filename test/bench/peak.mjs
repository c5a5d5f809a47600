/**
 * What is held while something runs, beyond what was before: the most, in bytes. `look` is to be called now and then
 * while it does; it collects all garbage first. Needs `--expose-gc`.
 *
 * @param {(look: () => void) => unknown} run
 */
export async function peak(run) {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('start Node with --expose-gc');
  gc();
  const before = used();
  let most = 0;
  await run(() => {
    gc();
    most = Math.max(most, used() - before);
  });
  return most;
}

function used() {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
