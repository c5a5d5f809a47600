/** What handlers read as their metrics where nobody collects them. */
export const NO_METRICS: { add(): void; record(): void } = Object.freeze({
  add(): void {
    // Nobody collects it.
  },
  record(): void {
    // Nobody collects it.
  },
});
