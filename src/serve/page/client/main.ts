/**
 * The page's script begins here; `deno task build page` gathers it in src/serve/page/gathered.ts.
 *
 * @module
 */
import { Server } from "./api.ts";
import { App } from "./app.ts";
import { Memory, type Shelf, Store } from "./store.ts";

const place = location.pathname.replace(/\/?$/, "/");

/** The browser's storage, or one that is as short-lived as the page where the browser gives none. */
function shelf(name: "localStorage" | "sessionStorage"): Shelf {
  try {
    globalThis[name].getItem("");
    return globalThis[name];
  } catch {
    return new Memory();
  }
}

new App(new Server(`${place}v1/`), new Store(shelf("localStorage"), shelf("sessionStorage"), place));
