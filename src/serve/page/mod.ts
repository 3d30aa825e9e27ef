/**
 * The page at `/`: one document with its style and its module inside, so that it needs no further route, no file
 * and no build, and works wherever the app is mounted. Its policy allows exactly that style and that script.
 *
 * @module
 */
import { script } from "./script.ts";
import { style } from "./style.ts";

const html: string = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Wick</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
  <h1>Wick</h1>
  <label for="model" class="unseen">Model</label>
  <select id="model"></select>
  <button id="fresh" type="button">Clear</button>
</header>
<main id="log" role="log" aria-live="polite" aria-label="Answers"></main>
<form id="form">
  <label id="label" for="prompt">Prompt</label>
  <textarea id="prompt" rows="2"></textarea>
  <div class="row">
    <p id="status" role="status"></p>
    <button id="stop" type="button" hidden>Stop</button>
    <button id="go" class="main">Write</button>
  </div>
  <details id="settings">
    <summary>Settings</summary>
    <div class="fields">
      <label>Temperature <input id="temperature" type="number" min="0" max="5" step="0.05" value="0.7"></label>
      <label>Max tokens <input id="tokens" type="number" min="1" step="1" value="256"></label>
      <label>Seed <input id="seed" type="number" min="0" step="1" placeholder="random"></label>
      <label>API key <input id="key" type="password" autocomplete="off"></label>
    </div>
  </details>
</form>
<script type="module">${script}</script>
</body>
</html>
`;

let policy: Promise<string> | undefined;

/** The page. */
export async function page(): Promise<Response> {
  policy ??= contentPolicy();
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": await policy,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

async function contentPolicy(): Promise<string> {
  const [scriptHash, styleHash] = await Promise.all([sha256(script), sha256(style)]);
  return `default-src 'none'; connect-src 'self'; img-src data:; script-src '${scriptHash}'; ` +
    `style-src '${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

/** The hash of an inline element's text, as a content policy names it. */
async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}
