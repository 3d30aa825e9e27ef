/**
 * The page's style, as text.
 *
 * @module
 */

/** The style sheet: one column, the form at the bottom, light or dark as the reader prefers. */
export const style: string = `
:root {
  color-scheme: light dark;
  --back: light-dark(#fbfaf8, #16150f);
  --text: light-dark(#24211c, #e9e5dc);
  --soft: light-dark(#6b655b, #a59e90);
  --line: light-dark(#ded9cf, #38352c);
  --card: light-dark(#ffffff, #201f18);
  --glow: light-dark(#b3470a, #f2a65a);
  --on-glow: light-dark(#ffffff, #201204);
  --wrong: light-dark(#a8201a, #ff8a80);
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100dvh; display: flex; flex-direction: column;
  background: var(--back); color: var(--text);
  font: 1rem/1.6 system-ui, sans-serif;
}
header, main, form { width: 100%; max-width: 46rem; margin: 0 auto; padding: 0.75rem 1rem; }
header { display: flex; align-items: center; gap: 0.75rem; border-bottom: 1px solid var(--line); }
h1 { font-size: 1.15rem; margin: 0 auto 0 0; letter-spacing: 0.02em; }
h1::before { content: ""; display: inline-block; width: 0.55em; height: 0.8em; margin-right: 0.4em;
  background: var(--glow); border-radius: 50% 50% 50% 50% / 75% 75% 30% 30%; }
main { flex: 1; display: flex; flex-direction: column; gap: 0.75rem; }
article { max-width: 100%; }
article p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.user { align-self: flex-end; max-width: 85%; padding: 0.5rem 0.9rem; border-radius: 1rem 1rem 0.2rem 1rem;
  background: var(--card); border: 1px solid var(--line); }
.story p { font: 1.15rem/1.75 Georgia, serif; }
.error { color: var(--wrong); }
[aria-busy="true"] article:last-child p::after { content: "▍"; color: var(--glow); }
form { position: sticky; bottom: 0; background: var(--back); border-top: 1px solid var(--line); }
textarea, input, select, button { font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.45rem 0.7rem; }
textarea { width: 100%; resize: vertical; min-height: 3.2rem; field-sizing: content; max-height: 40dvh; }
:is(textarea, input, select, button, summary):focus-visible { outline: 2px solid var(--glow); outline-offset: 1px; }
button { cursor: pointer; min-height: 2.75rem; }
button.main { background: var(--glow); color: var(--on-glow); border-color: transparent; padding: 0.45rem 1.2rem; font-weight: 600; }
button:disabled { opacity: 0.5; cursor: default; }
.row { display: flex; align-items: center; gap: 0.6rem; margin-top: 0.4rem; flex-wrap: wrap; }
#status { flex: 1 1 12rem; margin: 0; color: var(--soft); font-size: 0.9rem; font-variant-numeric: tabular-nums; }
label, summary { font-size: 0.9rem; color: var(--soft); }
summary { cursor: pointer; padding: 0.2rem 0; width: max-content; }
.fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: 0.6rem; padding: 0.4rem 0; }
.fields input { width: 100%; }
select { max-width: 50vw; }
[hidden] { display: none; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;
