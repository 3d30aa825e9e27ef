/**
 * What the benches of training share.
 *
 * @module
 */
/** Seconds of the fastest of `repeat` steps, after one that warms up. */
export async function timeSteps(repeat: number, step: () => Promise<void>): Promise<number> {
  await step();
  let best = Infinity;
  for (let i = 0; i < repeat; i++) {
    const start = performance.now();
    await step();
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}
