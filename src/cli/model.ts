/**
 * Opens the model that the flags name, with a progress bar.
 *
 * @module
 */
import type { Context } from "./context.ts";
import type { ModelFlags } from "./options.ts";
import { withProgress } from "./progress.ts";
import { WickError } from "../error.ts";
import type { LanguageModel } from "../generate/contract.ts";
import type { Message } from "../generate/options.ts";

/** The embedded model. */
export const embeddedModel = "wick:stories";

/** Loads the model; throws UNSUPPORTED_ON_DEVICE for threads and devices that there are none of. */
export async function openModel(
  context: Context,
  flags: ModelFlags,
  signal: AbortSignal,
): Promise<LanguageModel> {
  checkDevice(flags);
  return await withProgress(
    context,
    { title: "Loading", unit: "bytes", quiet: flags.json },
    (onProgress) =>
      context.openModel(flags.model ?? embeddedModel, {
        activations: flags.activations,
        contextLength: flags.context,
        allowLongContext: flags.allowLongContext,
        signal,
        onProgress,
      }),
  ).catch((error) => {
    throw nameContext(error);
  });
}

/** The library's complaint about `contextLength`, told of `--context`. */
function nameContext(error: unknown): unknown {
  if (!(error instanceof WickError && error.param === "contextLength")) return error;
  const message = error.message.replace(/^[^:]*/, "Cannot use option '--context'")
    .replace("allowLongContext", "--allow-long-context");
  return new WickError(error.code, message, { param: "--context", cause: error });
}

/** Throws UNSUPPORTED_ON_DEVICE for a device or a number of threads that there is none of. */
export function checkDevice({ device, threads }: ModelFlags): void {
  if (device !== "wasm") {
    throw new WickError(
      "UNSUPPORTED_ON_DEVICE",
      `Cannot run on device "${device}": the devices are "wasm"`,
      { param: "device" },
    );
  }
  if (threads !== 1) {
    throw new WickError(
      "UNSUPPORTED_ON_DEVICE",
      `Cannot run on ${threads} threads: device "wasm" computes on 1 thread for now`,
      { param: "threads" },
    );
  }
}

/** Throws TEMPLATE_FAILED, with advice, for a model that can't chat. */
export function needsTemplate(model: LanguageModel, advice: string): void {
  if (model.hasChatTemplate) return;
  throw new WickError(
    "TEMPLATE_FAILED",
    `Cannot chat with ${model.name}: the file must hold a chat template, and it holds none; ${advice}`,
  );
}

/** The messages that a chat begins with. */
export function systemMessage(text: string | undefined): Message[] {
  return text === undefined ? [] : [{ role: "system", content: text }];
}
