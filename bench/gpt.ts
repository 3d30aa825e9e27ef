/**
 * One training step (forward, backward, AdamW) of a GPT of characters: 6 layers of 384, 6 heads, 65 characters, a
 * batch of 8 times 256; and the same step by a peer, in turn.
 *
 * `deno run -A bench/gpt.ts [--repeat 3] [--peer PYTHON] [--profile]`
 *
 * PYTHON is an interpreter that has torch, which runs bench/peers/gpt_torch.py on one thread.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { optim, tensor } from "../mod.ts";
import { Gpt, recordStep } from "../examples/gpt.ts";
import { Random } from "../test/random.ts";
import { reportCalls, Watched } from "./calls.ts";
import { comparePeer, timeSteps } from "./training.ts";

const { values } = parseArgs({
  options: {
    repeat: { type: "string", default: "3" },
    peer: { type: "string" },
    profile: { type: "boolean", default: false },
  },
});
const [B, T, V] = [8, 256, 65];

const device = new Watched();
using gpt = new Gpt({ vocabulary: V, context: T, layers: 6, width: 384, heads: 6 }).init(1, device);
const random = new Random(1);
const ids = () => tensor(random.ints(B * T, 0, V - 1), { shape: [B, T], device });
using optimizer = new optim.AdamW(gpt.parameters(), { learningRate: 3e-4 });
using step = recordStep(gpt, optimizer, ids(), ids());

const own = await timeSteps(Number(values.repeat), async () => {
  step.run();
  await step.outputs[0].item();
});
console.log(`${gpt.parameterCount} parameters, ${step.calls} calls, ${step.scratchBytes} bytes of scratch`);
console.log(`wick ${own.toFixed(3)} s a step`);
if (values.peer) await comparePeer("gpt_torch.py", values.peer, own, Number(values.repeat));
if (values.profile) reportCalls(device, "one step", device.programs[0], 2);
