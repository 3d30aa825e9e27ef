import { deepEqual, equal, match, ok } from "node:assert/strict";
import { chat, json, serving } from "./harness.ts";

const CHAT = "/v1/chat/completions";
const COMPLETIONS = "/v1/completions";
const message = (content: unknown, role: unknown = "user") => ({ messages: [{ role, content }] });

/** Bodies and the field that each is refused for. */
const CHATS: [Record<string, unknown>, string][] = [
  [{ model: undefined }, "model"],
  [{ model: 7 }, "model"],
  [{ messages: undefined }, "messages"],
  [{ messages: [] }, "messages"],
  [{ messages: "hello" }, "messages"],
  [{ messages: [null] }, "messages[0]"],
  [message(undefined), "messages[0].content"],
  [message(3), "messages[0].content"],
  [message([{ type: "image_url", image_url: { url: "x" } }]), "messages[0].content[0].type"],
  [message([{ type: "text" }]), "messages[0].content[0].text"],
  [message("x", "king"), "messages[0].role"],
  [message("x", "tool"), "messages[0].role"],
  [{ messages: [{ role: "assistant", content: "x", tool_calls: [{}] }] }, "messages[0].tool_calls"],
  [{ temperature: "hot" }, "temperature"],
  [{ temperature: -0.1 }, "temperature"],
  [{ temperature: 101 }, "temperature"],
  [{ top_p: -0.1 }, "top_p"],
  [{ top_p: 1.1 }, "top_p"],
  [{ min_p: -1 }, "min_p"],
  [{ typical_p: 0 }, "typical_p"],
  [{ top_k: 1.5 }, "top_k"],
  [{ top_k: -1 }, "top_k"],
  [{ repetition_penalty: 0 }, "repetition_penalty"],
  [{ presence_penalty: 2.1 }, "presence_penalty"],
  [{ frequency_penalty: -2.1 }, "frequency_penalty"],
  [{ max_tokens: 0 }, "max_tokens"],
  [{ max_tokens: 1e400 }, "max_tokens"],
  [{ max_completion_tokens: 2.5 }, "max_completion_tokens"],
  [{ seed: 2 ** 65 }, "seed"],
  [{ n: 0 }, "n"],
  [{ n: 5 }, "n"],
  [{ stop: "" }, "stop"],
  [{ stop: [] }, "stop"],
  [{ stop: ["a", "b", "c", "d", "e"] }, "stop"],
  [{ stop: [1] }, "stop[0]"],
  [{ stop: "x".repeat(257) }, "stop"],
  [{ stop_token_ids: [100_000] }, "stop_token_ids"],
  [{ logit_bias: { fox: 1 } }, "logit_bias"],
  [{ logit_bias: { "1": 101 } }, "logit_bias.1"],
  [{ logit_bias: { "100000": 1 } }, "logit_bias"],
  [{ logit_bias: [1] }, "logit_bias"],
  [{ logprobs: 3 }, "logprobs"],
  [{ top_logprobs: 3 }, "top_logprobs"],
  [{ logprobs: true, top_logprobs: 21 }, "top_logprobs"],
  [{ stream: "yes" }, "stream"],
  [{ stream_options: true }, "stream_options"],
  [{ ignore_eos: 1 }, "ignore_eos"],
  [{ tools: [{ type: "function", function: { name: "f" } }] }, "tools"],
  [{ tool_choice: "required" }, "tool_choice"],
  [{ response_format: { type: "json_object" } }, "response_format"],
  [{ response_format: { type: "json_schema", json_schema: {} } }, "response_format"],
  [{ audio: { voice: "x" } }, "audio"],
  [{ modalities: ["audio"] }, "modalities"],
  [{ chat_template: "{{ 1 }}" }, "chat_template"],
  [{ temprature: 1 }, "temprature"],
  [{ constructor: 1 }, "constructor"],
  [{ prompt: "x" }, "prompt"],
];

const COMPLETION_CASES: [Record<string, unknown>, string][] = [
  [{ prompt: undefined }, "prompt"],
  [{ prompt: [] }, "prompt"],
  [{ prompt: {} }, "prompt"],
  [{ prompt: ["a", 3] }, "prompt[1]"],
  [{ prompt: [1, "a"] }, "prompt[1]"],
  [{ prompt: [-1] }, "prompt[0]"],
  [{ prompt: [100_000] }, "prompt"],
  [{ prompt: [[1], []] }, "prompt[1]"],
  [{ prompt: ["a", "b", "c", "d", "e"] }, "prompt"],
  [{ prompt: ["a", "b", "c"], n: 2 }, "prompt"],
  [{ logprobs: 21 }, "logprobs"],
  [{ logprobs: true }, "logprobs"],
  [{ echo: true, logprobs: 1 }, "echo"],
  [{ suffix: "end" }, "suffix"],
  [{ best_of: 2 }, "best_of"],
  [{ messages: [] }, "messages"],
];

Deno.test("wrong and unsupported fields get 400 that names the field, and the server goes on", () =>
  serving({}, async ({ post, model }) => {
    const refused = async (path: string, body: Record<string, unknown>, param: string) => {
      const text = JSON.stringify(body).replace('"max_tokens":null', '"max_tokens":1e400');
      const response = await post(path, text);
      const { error } = await json(response);
      const about = JSON.stringify({ body, error });
      equal(response.status, 400, about);
      equal(error.param, param, about);
      equal(error.type, "invalid_request_error", about);
      ok(typeof error.message === "string" && typeof error.code === "string", about);
    };
    for (const [fields, param] of CHATS) await refused(CHAT, chat("x", fields), param);
    for (const [fields, param] of COMPLETION_CASES) {
      await refused(COMPLETIONS, { model: "fake", prompt: "x", ...fields }, param);
    }
    equal(model.made, 0);
    equal((await json(post(CHAT, chat("x")))).object, "chat.completion");
  }));

Deno.test("a refusal shows the values that it is about", () =>
  serving({}, async ({ post }) => {
    const said: [string, RegExp][] = [
      [JSON.stringify(chat("x", { messages: [] })), /a list of at least 1 item, got \[\]$/],
      [
        JSON.stringify(chat("x", { temperature: 0 })).replace('"temperature":0', '"temperature":1e400'),
        /got Infinity$/,
      ],
      ["[1]", /must be a JSON object, got \[1\]$/],
    ];
    for (const [body, message] of said) match((await json(post(CHAT, body))).error.message, message);
  }));

Deno.test("malformed bodies get 400, other types than JSON 415", () =>
  serving({}, async ({ post }) => {
    for (const body of ["", "{", "nonsense", "[]", "null", '"text"', "[".repeat(100_000)]) {
      const response = await post(CHAT, body);
      equal(response.status, 400, body.slice(0, 20));
      equal((await json(response)).error.code, "invalid_json");
    }
    const latin = await post(CHAT, "", { body: Uint8Array.of(0x22, 0xe9, 0x22) });
    equal(latin.status, 400);
    await latin.body?.cancel();
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
      const response = await post(CHAT, chat("x"), { headers: { "content-type": type } });
      equal(response.status, 415);
      match((await json(response)).error.message, /application\/json/);
    }
    const charset = await post(CHAT, chat("x"), {
      headers: { "content-type": "Application/JSON; charset=utf-8" },
    });
    equal(charset.status, 200);
    await charset.body?.cancel();
  }));

Deno.test("a body beyond the limit gets 413, announced or not", () =>
  serving({ limits: { bodyBytes: 10_000 } }, async ({ post, model }) => {
    const huge = JSON.stringify(chat("x".repeat(20_000)));
    const announced = await post(CHAT, huge);
    equal(announced.status, 413);
    equal((await json(announced)).error.code, "body_too_large");
    match(announced.headers.get("connection")!, /^close/); // Deno.serve says so itself
    const chunked = await post(CHAT, "", { body: new Blob([huge]).stream() });
    equal(chunked.status, 413);
    await chunked.body?.cancel();
    equal(model.made, 0);
    equal((await json(post(CHAT, chat("x")))).object, "chat.completion");
  }));

Deno.test("the default limit takes two megabytes and no more", () =>
  serving({ fake: { contextLength: 1e7 } }, async ({ post }) => {
    const large = await post(CHAT, chat("x".repeat(1_900_000)));
    equal(large.status, 200);
    await large.body?.cancel();
    const huge = await post(CHAT, chat("x".repeat(5_000_000)));
    equal(huge.status, 413);
    await huge.body?.cancel();
  }));

Deno.test("a prompt beyond the context or the limit gets 400 before anything runs, streamed or not", async () => {
  const check = (post: (path: string, body: unknown) => Promise<Response>) => async (stream: boolean) => {
    const response = await post(CHAT, chat("x".repeat(100), { stream }));
    const { error } = await json(response);
    equal(response.status, 400);
    equal(error.code, "context_length_exceeded");
    equal(error.param, "messages");
    match(error.message, /at most \d+ tokens, got \d+/);
  };
  for (const stream of [false, true]) {
    await serving({ fake: { contextLength: 50 } }, ({ post }) => check(post)(stream));
    await serving({ limits: { promptTokens: 50 } }, ({ post }) => check(post)(stream));
  }
});

Deno.test("max_tokens beyond the server's limit is cut to it; unset, or -1, it is the limit", () =>
  serving({ limits: { maxTokens: 20 } }, async ({ post, model }) => {
    for (const max_tokens of [21, 1e9, undefined, null, -1]) {
      const answer = await json(post(CHAT, chat("x", { max_tokens })));
      equal(answer.choices[0].finish_reason, "length");
      deepEqual([answer.usage.completion_tokens, model.last!.maxTokens], [20, 20]);
    }
  }));

Deno.test("what real clients send is taken: silent assistants, tools that none is to call, any seed", () =>
  serving({}, async ({ post, model }) => {
    const tools = [{ type: "function", function: { name: "f", parameters: {} } }];
    const said = (message: Record<string, unknown>) => [
      { role: "user", content: "a" },
      { role: "assistant", ...message },
      { role: "user", content: "b" },
    ];
    const taken: Record<string, unknown>[] = [
      { messages: said({ content: null }) },
      { messages: said({}) },
      { messages: said({ content: "c", tool_calls: [] }) },
      { messages: said({ content: null, tool_calls: null, refusal: null }) },
      { tools, tool_choice: "none" },
      { functions: [{ name: "f" }], function_call: "none" },
      { top_p: 0 },
      ...[-1, -(2 ** 63), 2 ** 53 + 2, 2 ** 63, 0].map((seed) => ({ seed })),
    ];
    for (const fields of taken) {
      const response = await post(CHAT, chat("x", fields));
      equal(response.status, 200, JSON.stringify(fields));
      equal((await json(response)).usage.completion_tokens, 12);
      const { seed = 0, topP = 1 } = model.last!;
      ok(Number.isSafeInteger(seed) && seed >= 0 && topP > 0, JSON.stringify(fields));
    }
    const seeds = [];
    for (const seed of [-7, -8, 7]) {
      await (await post(CHAT, chat("x", { seed }))).body?.cancel();
      seeds.push(model.last!.seed);
    }
    equal(new Set(seeds).size, 3);
  }));

Deno.test("fields that are taken and not honoured are named in the answer's headers", () =>
  serving({}, async ({ post }) => {
    const fields = {
      store: true,
      metadata: { a: "b" },
      user: "me",
      service_tier: "auto",
      parallel_tool_calls: false,
    };
    for (const stream of [false, true]) {
      const response = await post(CHAT, chat("x", { ...fields, stream }));
      equal(response.headers.get("x-ignored-fields"), Object.keys(fields).join(", "));
      await response.body?.cancel();
      const plain = await post(CHAT, chat("x", { stream }));
      equal(plain.headers.get("x-ignored-fields"), null);
      await plain.body?.cancel();
    }
  }));
