/**
 * One training step (forward, backward, AdamW) of a GPT of characters: 6 layers of 384, 6 heads, 65 characters, a
 * batch of 8 times 256; and where its time goes. Beside peers: peers/training.ts.
 *
 * `deno run -A bench/gpt.ts [--repeat 3] [--quick] [--profile]`
 *
 * @module
 */
import { parseArgs } from "node:util";
import { optim, tensor } from "../mod.ts";
import { Gpt, recordStep } from "../examples/gpt.ts";
import { Random } from "../test/random.ts";
import { reportCalls, Watched } from "./calls.ts";
import { gptSizes, quickGptSizes } from "./peers/job.ts";
import { timeSteps } from "./stage.ts";

const { values } = parseArgs({
  options: {
    repeat: { type: "string", default: "3" },
    quick: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
  },
});
const { batch: B, context: T, vocabulary: V, ...sizes } = values.quick ? quickGptSizes : gptSizes;

const device = new Watched();
using gpt = new Gpt({ vocabulary: V, context: T, ...sizes }).init(1, device);
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
if (values.profile) reportCalls(device, "one step", device.programs[0], 2);
