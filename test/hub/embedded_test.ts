/** The names of the models that come with the package, wherever that lies. */
import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { load } from "../../mod.ts";
import { embeddedUrl, isEmbedded, VERSION } from "../../src/hub/embedded.ts";
import { repositoryPath } from "../shared.ts";
import config from "../../deno.json" with { type: "json" };

Deno.test("wick:stories lies beside the package's modules, or on jsr.io where they were bundled", () => {
  const published = `https://jsr.io/@wick/wick/${VERSION}/models/wick-stories.gguf`;
  const places: [module: string | undefined, url: string][] = [
    ["file:///home/me/wick/src/hub/embedded.ts", "file:///home/me/wick/models/wick-stories.gguf"],
    ["file:///C:/my%20wick/src/hub/embedded.ts", "file:///C:/my%20wick/models/wick-stories.gguf"],
    ["https://jsr.io/@wick/wick/9.9.9/src/hub/embedded.ts", published.replace(VERSION, "9.9.9")],
    [
      "file:///app/node_modules/@wick/wick/src/hub/embedded.js",
      "file:///app/node_modules/@wick/wick/models/wick-stories.gguf",
    ],
    ["file:///worker.js", published],
    ["file:///app/dist/src/hub/bundle.js", published],
    ["worker.js", published],
    ["", published],
  ];
  for (const [module, url] of places) equal(embeddedUrl("wick:stories", module), url, `${module}`);
  equal(isEmbedded("wick:stories") && !isEmbedded("wick/stories.gguf"), true);
});

Deno.test("the version by which bundles and the deployment guide find the model is the package's", () => {
  equal(VERSION, config.version);
  const guide = Deno.readTextFileSync(repositoryPath("docs/deploy.md"));
  const named = [...guide.matchAll(/jsr\.io\/@wick\/wick\/([^/]+)\/(\S+)/g)].map(([, version, file]) =>
    `${version} ${file}`
  );
  deepEqual(named, [`${VERSION} models/wick-stories.gguf`]);
});

Deno.test("load() takes wick:stories, and tells names that no model has", async () => {
  using model = await load("wick:stories");
  equal(model.name, "Wick Stories 14M");
  const refusal = { code: "INVALID_ARGUMENT", message: /wick:poems: .*are wick:stories$/ };
  await rejects(load("wick:poems"), refusal);
  throws(() => embeddedUrl("wick:toString"), { code: "INVALID_ARGUMENT" });
});
