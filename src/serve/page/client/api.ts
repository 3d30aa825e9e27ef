/**
 * The server, as the page calls it.
 *
 * @module
 */

/** A model that the server has. */
export interface Model {
  id: string;
  name: string;
  parameters: number;
  /** Tokens. */
  context: number;
  /** Whether it has a chat template; else it goes on with a text. */
  chat: boolean;
}

/** A step of an answer. */
export interface Step {
  text: string;
  /** "stop" or "length", with the last text. */
  reason?: string;
  usage?: { prompt_tokens: number; completion_tokens: number };
}

/** A refusal of the server. */
export class Refusal extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** Calls under the path that the page was opened at. */
export class Server {
  /** Sent with each request, where it is not empty. */
  key = "";

  constructor(private readonly base: string) {}

  /** The names of the models. */
  async models(): Promise<string[]> {
    const { data } = await (await this.call("models")).json();
    return data.map(({ id }: { id: string }) => id);
  }

  /** One model, which the server opens for it. */
  async model(id: string): Promise<Model> {
    const { meta } = await (await this.call(`models/${encodeURIComponent(id)}`)).json();
    const { name, parameters, context_length: context, chat_template: chat } = meta;
    return { id, name, parameters, context, chat };
  }

  /** Streams an answer. */
  async *answer(path: string, body: unknown, signal: AbortSignal): AsyncGenerator<Step> {
    const response = await this.call(path, { method: "POST", body: JSON.stringify(body), signal });
    for await (const data of frames(response.body!)) {
      if (data === "[DONE]") return;
      const { error, choices, usage } = JSON.parse(data);
      if (error) throw new Error(error.message);
      const choice = choices[0];
      const text = choice?.text ?? choice?.delta?.content ?? "";
      yield { text, reason: choice?.finish_reason ?? undefined, usage: usage ?? undefined };
    }
    throw new Error("The answer broke off: the server closed the connection before the end.");
  }

  private async call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.body ? { "content-type": "application/json" } : {});
    if (this.key !== "") headers.set("authorization", `Bearer ${this.key}`);
    const response = await fetch(this.base + path, { ...init, headers }).catch((error) => {
      if (init.signal?.aborted) throw error;
      throw new Error("The server cannot be reached. Is it still running?");
    });
    if (response.ok) return response;
    const { error } = await response.json().catch(() => ({}));
    throw new Refusal(response.status, error?.message ?? `The server answered ${response.status}.`);
  }
}

/** The data of server-sent events. */
async function* frames(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let text = "";
  try {
    for (let read; !(read = await reader.read()).done;) {
      const parts = (text + read.value).split("\n\n");
      text = parts.pop()!;
      yield* parts.filter((part) => part.startsWith("data:")).map((part) => part.slice(5).trim());
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
