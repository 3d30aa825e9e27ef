/**
 * Answers under way, at most one a conversation: streams them into their turns and says when something has changed.
 *
 * @module
 */
import { Refusal, type Server } from "./api.ts";
import { type Conversation, type Figures, requestFor, type Sampling, type Turn } from "./conversation.ts";

/** What has happened to an answer. */
export type Moment = "begun" | "grown" | "ended";

/** Runs answers and stops them. */
export class Answers {
  private readonly running = new Map<string, { conversation: Conversation; stop: AbortController }>();

  constructor(
    private readonly server: Server,
    private readonly changed: (conversation: Conversation, moment: Moment) => void,
  ) {}

  /** Whether an answer of the conversation is under way. */
  runs(id: string): boolean {
    return this.running.has(id);
  }

  /** Stops the answer of a conversation; false where none is under way. */
  stop(id: string): boolean {
    this.running.get(id)?.stop.abort();
    return this.running.has(id);
  }

  /** Stops all, and gives their conversations. */
  stopAll(): Conversation[] {
    const all = [...this.running.values()];
    for (const { stop } of all) stop.abort();
    return all.map(({ conversation }) => conversation);
  }

  /** Writes on in `turn`, the conversation's last, until it ends in one way or another. */
  async run(conversation: Conversation, turn: Turn, sampling: Sampling): Promise<void> {
    const stop = new AbortController();
    this.running.set(conversation.id, { conversation, stop });
    this.changed(conversation, "begun");
    try {
      const ended = await this.stream(conversation, turn, sampling, stop.signal);
      turn.ending = ended === "length" ? "length" : "stop";
    } catch (error) {
      turn.ending = stop.signal.aborted ? "stopped" : "failed";
      if (turn.ending === "failed") turn.error = (error as Error).message;
      if (error instanceof Refusal && error.status === 401) turn.locked = true;
    } finally {
      this.running.delete(conversation.id);
      conversation.updated = Date.now();
      this.changed(conversation, "ended");
    }
  }

  private async stream(conversation: Conversation, turn: Turn, sampling: Sampling, signal: AbortSignal) {
    const before = turn.figures?.tokens ?? 0; // of the part that is written on
    const begun = performance.now();
    let reason: string | undefined;
    let first = 0;
    let pieces = 0;
    const figures: Figures = turn.figures = { tokens: before, prompt: 0 };
    for await (const step of this.server.answer(...requestFor(conversation, sampling), signal)) {
      reason = step.reason ?? reason;
      if (step.text !== "") {
        const now = performance.now();
        if (pieces++ === 0) first = now;
        turn.text += step.text;
        figures.wait = Math.round(first - begun);
        figures.tokens = before + pieces;
        if (now > first) figures.rate = (pieces - 1) / (now - first) * 1000;
        this.changed(conversation, "grown");
      }
      if (step.usage) {
        figures.tokens = before + step.usage.completion_tokens;
        figures.prompt = step.usage.prompt_tokens - before;
      }
    }
    return reason;
  }
}
