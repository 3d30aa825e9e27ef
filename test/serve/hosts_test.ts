/** One suite of requests over every host that a server has: see route_suite.ts. */
import { Miniflare } from "npm:miniflare@4.20260730.0";
import { processContext } from "../../src/cli/process.ts";
import { wick } from "../../src/serve/mod.ts";
import { repositoryPath } from "../shared.ts";
import { bundleWorker } from "../workerd/bundle.ts";
import { FakeModel } from "./fake_model.ts";
import { hostOptions } from "./host_options.ts";
import { type Reach, routeSuite } from "./route_suite.ts";

/** Starts a host, and how its server is reached and ended. */
type Host = () => Promise<{ reach: Reach; end: () => Promise<void> }>;

const app = () => wick({ models: { fake: new FakeModel() }, ...hostOptions });
const over = (url: string): Reach => (path, init) => fetch(url + path, init);

const hosts: Record<string, Host> = {
  "the process itself": () => {
    const { request } = app();
    return Promise.resolve({
      reach: async (path, init) => await request(path, init),
      end: () => Promise.resolve(),
    });
  },
  "Deno.serve": () => {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app().fetch);
    return Promise.resolve({
      reach: over(`http://127.0.0.1:${server.addr.port}`),
      end: () => server.shutdown(),
    });
  },
  "wick serve": async () => {
    const { fetch } = app();
    const place = { hostname: "127.0.0.1", port: 0 };
    const listener = await processContext().listen((request) => fetch(request), place);
    return { reach: over(listener.url), end: () => listener.close() };
  },
  "workerd": async () => {
    const worker = new Miniflare({
      modules: await bundleWorker(repositoryPath("test/workerd/host_worker.ts")),
      compatibilityDate: "2026-07-01",
      compatibilityFlags: ["enable_request_signal"],
    });
    return { reach: over((await worker.ready).origin), end: () => worker.dispose() };
  },
};

for (const [name, start] of Object.entries(hosts)) {
  Deno.test({
    name: `${name} answers requests of every kind`,
    // hosts keep timers and connections for a while of bodies that nobody read
    sanitizeResources: name === "the process itself",
    sanitizeOps: name === "the process itself",
    async fn(t) {
      const { reach, end } = await start();
      try {
        for (const [what, test] of Object.entries(routeSuite)) await t.step(what, () => test(reach));
      } finally {
        await end();
      }
    },
  });
}
