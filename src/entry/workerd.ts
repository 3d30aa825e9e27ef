/**
 * The entry for Cloudflare's workerd: the public API of Wick without files, environment or threads. Set the
 * compatibility flag `enable_request_signal`, so that a client that leaves is noticed.
 *
 * @module
 */
import { installPlatform } from "./platform.ts";

installPlatform({
  name: "workerd",
  // Measured in workerd 1.20260730: 6 us; a MessageChannel (20 us) lets neither timers nor requests run meanwhile.
  yield: () => new Promise((resolve) => setTimeout(resolve, 0)),
  env: () => undefined,
  peakRss: () => undefined,
});

export * from "../api.ts";
