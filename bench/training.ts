/**
 * What the benches of training share.
 *
 * @module
 */
import { WickError } from "../src/error.ts";

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

/** Runs a script of bench/peers with an interpreter: it prints seconds a step, which `own` is held against. */
export async function comparePeer(
  script: string,
  python: string,
  own: number,
  repeat: number,
): Promise<void> {
  const file = new URL(`peers/${script}`, import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(python, { args: [file, `${repeat}`] }).output();
  const text = new TextDecoder().decode(stdout).trim();
  if (!success) {
    throw new WickError("INVALID_STATE", `Cannot run ${script}: ${new TextDecoder().decode(stderr)}`);
  }
  const peer = Number(text.split("\n").at(-1));
  console.log(`torch ${peer.toFixed(3)} s a step; wick takes ${(own / peer).toFixed(2)} times as long`);
}
