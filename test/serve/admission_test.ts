import { equal, match, ok, rejects } from "node:assert/strict";
import { Admission } from "../../src/serve/admission.ts";
import { chat, events, gate, json, serving, until } from "./harness.ts";

const PATH = "/v1/chat/completions";
const never = new AbortController().signal;

Deno.test("places are given in the order of asking, and a place left twice is left once", async () => {
  const admission = new Admission(1, 2);
  const order: number[] = [];
  const first = await admission.enter(never);
  const second = admission.enter(never).then((place) => (order.push(2), place));
  const third = admission.enter(never).then((place) => (order.push(3), place));
  await rejects(admission.enter(never), { code: "QUEUE_FULL" });
  first.leave();
  first.leave();
  (await second).leave();
  (await third).leave();
  equal(order.join(), "2,3");
  (await admission.enter(never)).leave();
});

Deno.test("who leaves the queue makes room in it", async () => {
  const admission = new Admission(1, 1);
  const place = await admission.enter(never);
  const leaver = new AbortController();
  const waiting = admission.enter(leaver.signal);
  leaver.abort();
  await rejects(waiting, { code: "ABORTED" });
  await rejects(admission.enter(AbortSignal.abort()), { code: "ABORTED" });
  const next = admission.enter(never);
  place.leave();
  (await next).leave();
});

Deno.test("beyond the queue a request gets 429 with Retry-After, and the queue goes on in order", () => {
  const { opened, open } = gate();
  return serving({ queue: 1, fake: { onStep: () => opened } }, async ({ post, model }) => {
    const first = json(post(PATH, chat("1")));
    await until(() => model.running === 1);
    const both = [post(PATH, chat("2")), post(PATH, chat("3"))];
    const refused = await Promise.race(both);
    equal(refused.status, 429);
    match(refused.headers.get("retry-after")!, /^[1-9]\d*$/);
    open();
    const statuses = await Promise.all(both.map(async (response) => (await response).status));
    equal(statuses.toSorted().join(), "200,429");
    equal((await first).object, "chat.completion");
    const { error } = await json(refused);
    equal(error.code, "queue_full");
    equal(error.type, "rate_limit_error");
    for (const response of both) if (!(await response).bodyUsed) await (await response).body?.cancel();
  });
});

Deno.test("`parallel` requests run at once, no more", () => {
  const { opened, open } = gate();
  return serving({ parallel: 2, fake: { onStep: () => opened } }, async ({ post, model }) => {
    const all = [1, 2, 3].map((i) => json(post(PATH, chat(`${i}`))));
    await until(() => model.running === 2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    equal(model.running, 2);
    open();
    equal((await Promise.all(all)).length, 3);
  });
});

for (const stream of [false, true]) {
  for (const [when, step] of [["in prefill", 0], ["in decode", 3]] as const) {
    Deno.test(`a client that leaves ${when} frees its place within one token (stream: ${stream})`, () => {
      const reached = gate();
      let held = 0;
      const onStep = async (at: number, signal?: AbortSignal) => {
        if (at !== step || held++ > 0) return;
        reached.open();
        await new Promise((resolve) => signal!.addEventListener("abort", resolve));
      };
      return serving({ queue: 0, fake: { onStep } }, async ({ post, model }) => {
        const client = new AbortController();
        const asked = post(PATH, chat("x", { stream, max_tokens: 400 }), { signal: client.signal })
          .then((r) => r.text());
        await reached.opened;
        equal((await json(post(PATH, chat("y")))).error.code, "queue_full");
        client.abort();
        await rejects(asked);
        await until(() => model.running === 0);
        equal(model.made, Math.max(0, step - 1));
        equal((await json(post(PATH, chat("y")))).object, "chat.completion");
      });
    });
  }

  Deno.test(`a client that leaves the queue gives its turn away (stream: ${stream})`, () => {
    const { opened, open } = gate();
    const options = { queue: 1, fake: { onStep: () => opened } };
    return serving(options, async ({ post, model, unanswered }) => {
      const first = json(post(PATH, chat("1")));
      await until(() => model.running === 1);
      const clients = [new AbortController(), new AbortController()];
      const both = clients.map(({ signal }) => post(PATH, chat("2", { stream }), { signal }));
      const refused = await Promise.race(both); // so the other one waits
      equal(refused.status, 429);
      clients.forEach((client) => client.abort());
      await Promise.allSettled(both);
      await until(() => unanswered() === 1);
      const third = json(post(PATH, chat("3")));
      open();
      equal((await first).object, "chat.completion");
      equal((await third).object, "chat.completion");
      equal(model.running, 0);
    });
  });
}

Deno.test("a reader that stops reading loses its place", () =>
  serving(
    { queue: 0, limits: { stallSeconds: 0.1 }, fake: { contextLength: 1e9 } },
    async ({ post, model }) => {
      const response = await post(PATH, chat("x", { stream: true, max_tokens: 1e8 }));
      await until(() => model.running === 0 && model.made > 0);
      equal((await json(post(PATH, chat("y")))).object, "chat.completion");
      await rejects(response.text());
    },
  ));

Deno.test("a slow reader holds the model back", () => {
  return serving({ fake: { contextLength: 1e9 } }, async ({ post, model }) => {
    const response = await post(PATH, chat("x", { stream: true, max_tokens: 1e8 }));
    const reader = response.body!.getReader();
    await reader.read();
    let made = -1;
    await until(() => {
      const still = made === model.made;
      made = model.made;
      return still && made > 0;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    equal(model.made, made);
    await reader.cancel();
    await until(() => model.running === 0);
  });
});

Deno.test("a failure ends its own request and no other", () => {
  const reports: unknown[] = [];
  const onStep = (step: number) => {
    if (step === 3 && reports.length === 0 && failing) throw new Error("secret /etc/passwd");
  };
  let failing = true;
  return serving({ fake: { onStep }, onError: (error) => reports.push(error) }, async ({ post }) => {
    const frames = await events(post(PATH, chat("a", { stream: true })));
    const { error } = frames.at(-1);
    equal(error.code, "internal_error");
    ok(!JSON.stringify(error).includes("secret"));
    ok(!frames.includes("[DONE]"));
    match((reports[0] as Error).message, /secret/);
    failing = false;
    equal((await json(post(PATH, chat("b")))).object, "chat.completion");
  });
});

Deno.test("concurrent requests give what each gives alone, while others fail", () => {
  return serving({ parallel: 3 }, async ({ post }) => {
    const ask = (i: number) => json(post(PATH, chat(`story ${i}`, { seed: i })));
    const alone = [];
    for (let i = 0; i < 6; i++) alone.push((await ask(i)).choices[0].message.content);
    const bad = [
      post(PATH, "{"),
      post(PATH, chat("x", { temperature: "hot" })),
      post(PATH, chat("x", { model: "y" })),
    ];
    const together = await Promise.all([0, 1, 2, 3, 4, 5].map(ask));
    for (const response of await Promise.all(bad)) {
      ok(response.status >= 400 && response.status < 500);
      await response.body?.cancel();
    }
    equal(together.map((a) => a.choices[0].message.content).join("|"), alone.join("|"));
  });
});
