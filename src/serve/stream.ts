/**
 * A stream that its reader drives: the next frame is made when the last one has been taken, and a reader that
 * leaves, or stops reading, ends the work behind it.
 *
 * @module
 */

/** What a stream needs to know besides its frames. */
export interface StreamOptions {
  /** Ends the work: fired by the stream when its reader leaves, or by whoever else notices that first. */
  work: AbortController;
  /** Called once, after the last of the work. */
  done: () => void;
  /** How long a reader may pause before it counts as gone. */
  stallMs: number;
}

/** Encodes frames as they are asked for. */
export function pulledStream(
  frames: AsyncGenerator<string>,
  options: StreamOptions,
): ReadableStream<Uint8Array> {
  const { work, done, stallMs } = options;
  const encoder = new TextEncoder();
  let stall: ReturnType<typeof setTimeout> | undefined;
  const wait = () => stall = setTimeout(() => work.abort(), stallMs);
  // `return` waits for a frame that is being made; a generator that never began has no `finally`, hence `done`.
  const finish = async () => {
    clearTimeout(stall);
    await frames.return(undefined);
    done();
  };
  return new ReadableStream({
    start(controller) {
      wait();
      work.signal.addEventListener("abort", async () => {
        await finish();
        controller.error(new DOMException("The stream was broken off", "AbortError")); // no reader takes a part for the whole
      }, { once: true });
    },
    async pull(controller) {
      clearTimeout(stall);
      const { done: ended, value } = await frames.next();
      if (work.signal.aborted) return;
      if (ended) {
        await finish();
        controller.close();
      } else {
        controller.enqueue(encoder.encode(value));
        wait();
      }
    },
    cancel: () => work.abort(),
  }, { highWaterMark: 0 });
}
