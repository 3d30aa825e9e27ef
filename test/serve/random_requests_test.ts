/** Requests with fields of any kind in any place: an answer, or a refusal that says which field and why; never a fault. */
import { ok } from "node:assert/strict";
import { wick } from "../../src/serve/mod.ts";
import { Random, testSeed } from "../random.ts";
import { FakeModel } from "./fake_model.ts";

const ROUNDS = 1500;

const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 1.5, 1e308, -1e308, 2 ** 53, 2 ** 64],
  ...["", "x", "none", "\ud800", "a".repeat(300)],
  ...[[], [[]], [null], [1], ["a"], [[1, 2], "a"], Array(50).fill("s")],
  ...[{}, { a: 1 }, { type: "text" }, { type: "text", text: "x" }, [{ type: "text", text: 3 }]],
  ...[{ "1": 5 }, { "-1": 5 }, { "999999": 1 }, JSON.parse('{"__proto__": 1}'), { constructor: 1 }],
];

const FIELDS = [
  ..."model messages prompt stream stream_options n max_tokens max_completion_tokens temperature top_p top_k min_p"
    .split(" "),
  ..."typical_p seed stop stop_token_ids logit_bias logprobs top_logprobs echo suffix best_of tools tool_choice"
    .split(" "),
  ..."functions function_call response_format presence_penalty frequency_penalty repeat_penalty repeat_last_n"
    .split(" "),
  ..."ignore_eos user store metadata service_tier parallel_tool_calls continue_final_message modalities audio"
    .split(" "),
  ..."reasoning_effort verbosity constructor toString".split(" "),
];

function body(random: Random, chat: boolean): Record<string, unknown> {
  const pick = <T>(from: readonly T[]) => from[random.integer(0, from.length - 1)];
  const made: Record<string, unknown> = { model: "fake", max_tokens: 3 };
  if (chat) {
    const role = pick(["user", "assistant", "system", "tool", "developer", 3]);
    const message = { role, content: pick(ODD), tool_calls: random.next() < 0.3 ? pick(ODD) : undefined };
    made.messages = random.next() < 0.4 ? [message] : [{ role: "user", content: "hi" }];
  } else made.prompt = "x";
  for (let n = random.integer(0, 3); n > 0; n--) made[pick(FIELDS)] = pick(ODD);
  return made;
}

Deno.test("requests with anything in any field are answered or refused by name", async () => {
  const random = new Random(testSeed());
  const faults: unknown[] = [];
  const onError = (error: unknown) => void faults.push(error);
  const app = wick({ models: { fake: new FakeModel() }, limits: { maxTokens: 5 }, onError });
  const statuses = new Map<number, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const chat = round % 2 === 0;
    const sent = JSON.stringify(body(random, chat));
    const response = await app.request(chat ? "/v1/chat/completions" : "/v1/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: sent,
    });
    const text = await response.text();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    ok(
      [200, 400, 404].includes(response.status) && faults.length === 0,
      `${response.status} for ${sent}: ${text}`,
    );
    if (response.status === 200) ok(!/"error"/.test(text), `${sent}: ${text}`);
    else {
      const { message, param } = JSON.parse(text).error;
      ok(typeof message === "string" && message.length > 10 && typeof param === "string", `${sent}: ${text}`);
    }
  }
  ok((statuses.get(200) ?? 0) > 100 && (statuses.get(400) ?? 0) > 100);
});
