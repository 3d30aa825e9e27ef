/**
 * The page in src/serve/page/client/, gathered by `deno task build page`.
 *
 * @module
 */

/** The page's html. */
export const html: string = `
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta
name="viewport"
content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
>
<meta name="color-scheme" content="light dark">
<meta name="description" content="Chat with a language model that runs on this server.">
<title>Wick</title>
<link
rel="icon"
href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='-4 0 32 32'%3E%3Cpath fill='%23d9730d' d='M12 1c1 6 8 10 8 18a8 8 0 0 1-16 0C4 13 9 10 12 1z'/%3E%3Cpath fill='%23ffd9a0' d='M12 13c.6 3 4 5 4 8.5a4 4 0 0 1-8 0c0-3 2.8-4.5 4-8.5z'/%3E%3C/svg%3E"
>
<style></style>
</head>
<body>
<svg hidden>
<symbol id="i-flame" viewBox="0 0 24 32">
<path class="outer" d="M12 1c1 6 8 10 8 18a8 8 0 0 1-16 0C4 13 9 10 12 1z" />
<path class="inner" d="M12 13c.6 3 4 5 4 8.5a4 4 0 0 1-8 0c0-3 2.8-4.5 4-8.5z" />
<path class="thread" d="M12 23v8.5" />
</symbol>
<symbol id="i-menu" viewBox="0 0 24 24">
<path d="M4 7h16M4 12h16M4 17h10" />
</symbol>
<symbol id="i-new" viewBox="0 0 24 24">
<path d="M12 5v14M5 12h14" />
</symbol>
<symbol id="i-settings" viewBox="0 0 24 24">
<path d="M4 7h9m5 0h2M4 17h2m5 0h9M15.5 4.5v5M8.5 14.5v5" />
</symbol>
<symbol id="i-send" viewBox="0 0 24 24">
<path d="M12 19V5m-6 6 6-6 6 6" />
</symbol>
<symbol id="i-stop" viewBox="0 0 24 24">
<rect class="solid" x="7" y="7" width="10" height="10" rx="1.5" />
</symbol>
<symbol id="i-copy" viewBox="0 0 24 24">
<path d="M9 9h10v11H9zM15 9V4H5v11h4" />
</symbol>
<symbol id="i-again" viewBox="0 0 24 24">
<path d="M19 12a7 7 0 1 1-2-5l2 2m0-5v5h-5" />
</symbol>
<symbol id="i-next" viewBox="0 0 24 24">
<path d="M5 12h14m-6-6 6 6-6 6" />
</symbol>
<symbol id="i-edit" viewBox="0 0 24 24">
<path d="M5 19l1-4L16 5l3 3L9 18zM14 7l3 3" />
</symbol>
<symbol id="i-delete" viewBox="0 0 24 24">
<path d="M5 7h14M9 7V5h6v2M7 7l1 12h8l1-12M10.5 11v5M13.5 11v5" />
</symbol>
<symbol id="i-key" viewBox="0 0 24 24">
<path d="M14 8a4 4 0 1 0-3 5l1.5-1.5M12 11l8 8m-3-3 2-2" />
</symbol>
<symbol id="i-close" viewBox="0 0 24 24">
<path d="M6 6l12 12M18 6 6 18" />
</symbol>
<symbol id="i-down" viewBox="0 0 24 24">
<path d="M12 5v14m-6-6 6 6 6-6" />
</symbol>
</svg>
<header>
<button id="menu" class="icon" type="button" popovertarget="history" aria-label="Conversations">
<svg aria-hidden="true">
<use href="#i-menu" />
</svg>
</button>
<h1><svg class="flame" aria-hidden="true"><use href="#i-flame" /></svg><span>Wick</span></h1>
<label class="unseen" for="model">Model</label>
<select id="model" hidden></select>
<button id="fresh-too" class="icon" type="button" aria-label="New conversation"
title="New conversation">
<svg aria-hidden="true">
<use href="#i-new" />
</svg>
</button>
<button id="open-settings" class="icon" type="button" aria-label="Settings" title="Settings">
<svg aria-hidden="true">
<use href="#i-settings" />
</svg>
</button>
</header>
<nav id="history" popover aria-label="Conversations">
<div class="title">
<button id="fresh" type="button" title="New conversation (Alt+N)">
<svg aria-hidden="true"><use href="#i-new" /></svg>New conversation
</button>
<button
id="close-history"
class="icon"
type="button"
popovertarget="history"
popovertargetaction="hide"
aria-label="Close"
>
<svg aria-hidden="true">
<use href="#i-close" />
</svg>
</button>
</div>
<ul id="conversations"></ul>
<p>What you write is kept in this browser only.</p>
</nav>
<main>
<section id="log" tabindex="0" aria-label="Conversation">
<div id="turns"></div>
<noscript>This page needs JavaScript. The server's API is under /v1.</noscript>
</section>
<div id="notice"></div>
<form id="form">
<button id="latest" class="icon" type="button" aria-label="To the latest" title="To the latest"
hidden>
<svg aria-hidden="true">
<use href="#i-down" />
</svg>
</button>
<label id="label" class="unseen" for="prompt">Message</label>
<div class="field">
<textarea id="prompt" rows="1" enterkeyhint="send" placeholder="Message"
aria-describedby="hints"></textarea>
<button id="go" class="round" aria-label="Send" title="Send" disabled>
<svg aria-hidden="true">
<use href="#i-send" />
</svg>
</button>
<button id="stop" class="round" type="button" aria-label="Stop" title="Stop (Esc)" hidden>
<svg aria-hidden="true">
<use href="#i-stop" />
</svg>
</button>
</div>
<p id="hints">
<kbd>Enter</kbd> to <span id="verb">send</span> · <kbd>Shift</kbd>+<kbd>Enter</kbd> for a new line ·
<kbd>Esc</kbd> to stop
</p>
</form>
<p id="announcer" class="unseen" role="status"></p>
</main>
<dialog id="settings" aria-labelledby="settings-title">
<form>
<div class="title">
<h2 id="settings-title">Settings</h2>
<button id="close-settings" class="icon" type="button" aria-label="Close">
<svg aria-hidden="true">
<use href="#i-close" />
</svg>
</button>
</div>
<label id="system-field">System prompt
<textarea id="system" rows="3" placeholder="What the model is told before the conversation"></textarea>
</label>
<div class="grid">
<label>Temperature
<input id="temperature" type="number" min="0" max="5" step="any" placeholder="0.8">
</label>
<label>Top P <input id="top_p" type="number" min="0.01" max="1" step="any" placeholder="0.95"></label>
<label>Top K <input id="top_k" type="number" min="0" step="1" placeholder="40"></label>
<label>Max tokens
<input id="max_tokens" type="number" min="1" step="1" placeholder="no limit">
</label>
<label>Seed <input id="seed" type="number" min="0" step="1" placeholder="random"></label>
<label>Theme
<select id="theme">
<option value="">System</option>
<option value="light">Light</option>
<option value="dark">Dark</option>
</select>
</label>
</div>
<label>API key
<input id="key" type="password" autocomplete="off" placeholder="only where the server asks for one">
</label>
<dl>
<div>
<dt><kbd>Enter</kbd></dt>
<dd>send</dd>
</div>
<div>
<dt><kbd>Shift</kbd>+<kbd>Enter</kbd></dt>
<dd>new line</dd>
</div>
<div>
<dt><kbd>Esc</kbd></dt>
<dd>stop the answer</dd>
</div>
<div>
<dt><kbd>Alt</kbd>+<kbd>N</kbd></dt>
<dd>new conversation</dd>
</div>
</dl>
</form>
</dialog>
<script type="module"></script>
</body>
</html>
`;

/** The page's style. */
export const style: string = `
:root{color-scheme:light dark;--back: light-dark(#faf7f2, #15130f);--side: light-dark(#f2ede4, #1a1813);--text:
light-dark(#26221b, #ebe6db);--soft: light-dark(#696153, #a89f8f);--line: light-dark(#e0d8ca, #353026);--edge:
light-dark(#8d8473, #7b7261);--card: light-dark(#ffffff, #211e18);--bubble: light-dark(#f1e8d9, #2b261d);--glow:
light-dark(#a8440a, #f5ac62);--on-glow: light-dark(#ffffff, #241404);--halo: light-dark(#f7b96a66, #f5963833);
--outer: light-dark(#d9730d, #f08c2e);--inner: light-dark(#ffd9a0, #ffe3b3);--wrong: light-dark(#a3211b, #ff9a8f);
--mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;--serif: "Iow\\
an Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, serif;--gap: max(1rem, env(safe-area-inset-left),
env(safe-area-inset-right))}:root[data-theme=light]{color-scheme:light}:root[data-theme=dark]{color-scheme:dark}
*,:before,:after{box-sizing:border-box}[hidden]{display:none!important}.unseen{position:absolute;width:1px;height:1px;
margin:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}html{height:100%}body{display:grid;grid-template:auto minmax(0,1fr) / minmax(0,1fr);height:100vh;height:100dvh;
margin:0;overflow:hidden;background:var(--back);color:var(--text);font:1rem/1.6 system-ui,-apple-system,Segoe UI,Roboto,sans-serif;
-webkit-text-size-adjust:100%}header{display:flex;align-items:center;gap:.25rem;min-width:0;padding:max(.375rem,env(safe-area-inset-top))
max(.5rem,env(safe-area-inset-right)) .375rem max(.5rem,env(safe-area-inset-left));border-bottom:1px solid var(--line)}
h1{display:flex;align-items:center;gap:.5rem;margin:0 auto 0 .25rem;font:600 1.3rem/1 var(--serif);letter-spacing:.01em}
main{position:relative;display:flex;flex-direction:column;min-width:0;min-height:0}#log{position:relative;flex:1;
min-height:0;overflow:hidden auto;overscroll-behavior:contain;padding:1.5rem var(--gap) 1rem;scrollbar-width:thin;
scrollbar-color:var(--edge) transparent}#turns{max-width:44rem;min-height:100%;margin:0 auto;display:flex;flex-direction:column;
gap:1.25rem}#form,#notice{position:relative;width:100%;max-width:calc(44rem + 2 * var(--gap));margin:0 auto;padding:0
var(--gap)}#form{padding-bottom:max(.75rem,env(safe-area-inset-bottom))}button,input,select,textarea{font:inherit;color:inherit}button{cursor:pointer;border:1px solid transparent;border-radius:.6rem;
background:none;padding:.3rem .7rem}button:disabled{cursor:default;opacity:.45}button svg{width:1.25rem;height:1.25rem;
flex:none;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}.solid{fill:currentColor}
.icon,.quiet,.loud,#fresh{display:inline-flex;align-items:center;justify-content:center;gap:.45rem}.icon{width:2.75rem;
height:2.75rem;padding:0;flex:none;color:var(--soft)}.quiet{color:var(--soft);font-size:.875rem;min-height:2rem;
padding:.1rem .55rem}.quiet svg{width:1.05rem;height:1.05rem}.quiet,.loud{white-space:nowrap}.loud{background:var(--glow);
color:var(--on-glow);font-weight:600;font-size:.9375rem;min-height:2.25rem;padding:.2rem .9rem}.loud svg{width:1.1rem;
height:1.1rem;stroke-width:2.2}:is(.icon,.quiet):hover{background:var(--bubble);color:var(--text)}:is(.loud,.round):hover:not(:disabled){
filter:brightness(1.08)}:focus-visible{outline:2px solid var(--glow);outline-offset:2px}#log:focus-visible,pre:focus-visible,
.wide:focus-visible{outline-offset:-2px}input,textarea,select{background:var(--card);border:1px solid var(--edge);
border-radius:.6rem;padding:.5rem .7rem;width:100%;min-width:0}:is(input,textarea):user-invalid{border-color:var(--wrong)}
::placeholder{color:var(--soft);opacity:1}#model:enabled,dialog :is(input,select){min-height:2.75rem}#model{width:auto;
flex:0 1 auto;min-width:3rem;max-width:20rem;border-color:transparent;background:none;color:var(--soft);padding:.45rem
.5rem;text-overflow:ellipsis;min-height:2.75rem}#model:disabled{appearance:none;opacity:1;text-align:right}#model:enabled{
border-color:var(--line)}#model option{background:var(--card);color:var(--text)}kbd{font:inherit;font-size:.9em;
border:1px solid var(--line);border-radius:.3rem;padding:0 .3rem;background:var(--card)}.flame,.light svg{width:1.05rem;
height:1.4rem;overflow:visible}.outer{fill:var(--outer)}.inner{fill:var(--inner)}.thread{stroke:var(--text);stroke-width:1.6;
stroke-linecap:round;fill:none}.light{display:grid;place-items:center;width:9rem;height:9rem;margin:0 auto -1rem;
background:radial-gradient(closest-side,var(--halo),transparent)}.light svg{width:2.7rem;height:3.6rem}.field{
display:flex;align-items:flex-end;gap:.25rem;padding:.3rem;border:1px solid var(--edge);border-radius:1.4rem;background:var(--card);
box-shadow:0 2px 12px light-dark(#5a401810,#00000040)}.field:focus-within{border-color:var(--glow);box-shadow:0
0 0 1px var(--glow),0 2px 16px var(--halo)}#prompt{flex:1;min-height:2.6rem;max-height:min(12rem,35dvh);border:0;
background:none;outline:0;resize:none;padding:.5rem .3rem .5rem .9rem;line-height:1.5}.round{display:grid;place-items:center;
width:2.6rem;height:2.6rem;padding:0;flex:none;border-radius:50%;background:var(--glow);color:var(--on-glow)}.round
svg{stroke-width:2.2}#hints{margin:.45rem 0 0;text-align:center;font-size:.8125rem;color:var(--soft)}#latest{position:absolute;
left:calc(50% - 1.25rem);bottom:calc(100% + .6rem);width:2.5rem;height:2.5rem;border-radius:50%;background:var(--card);
border-color:var(--line);box-shadow:0 2px 10px light-dark(#5a401822,#00000066)}#notice:empty{display:none}#notice{
display:flex;align-items:center;gap:.5rem;padding-bottom:.6rem;font-size:.9375rem}#notice p{flex:1;margin:0;overflow-wrap:anywhere}article{min-width:0;overflow-wrap:anywhere}.user>.text{width:fit-content;max-width:min(85%,36rem);margin-left:auto;
padding:.55rem 1rem;border-radius:1.2rem 1.2rem .3rem;background:var(--bubble);white-space:pre-wrap}.text>:first-child{
margin-top:0}.text>:last-child{margin-bottom:0}.text p,.text ul,.text ol,.text blockquote{margin:.75rem 0}.text
:is(ul,ol){padding-left:1.5rem}.text li{margin:.25rem 0}.text li :is(ul,ol){margin:.25rem 0}.text h3{margin:1.4rem
0 .5rem;font:600 1.05rem/1.35 var(--serif)}.text .level-1{font-size:1.5rem}.text .level-2{font-size:1.3rem}.text
.level-3{font-size:1.15rem}.text a{color:var(--glow);text-underline-offset:.15em}.text blockquote{margin-left:0;
padding-left:1rem;border-left:3px solid var(--outer);color:var(--soft)}.text hr{margin:1.25rem 0;border:0;border-top:1px
solid var(--line)}code{font:.875em/1.55 var(--mono)}.text :not(pre)>code{padding:.1em .35em;border-radius:.3rem;
background:var(--bubble)}figure{margin:.9rem 0;border:1px solid var(--line);border-radius:.75rem;background:var(--card);
overflow:hidden}figcaption{display:flex;align-items:center;justify-content:space-between;padding:.1rem .35rem .1rem
.9rem;border-bottom:1px solid var(--line);color:var(--soft);font-size:.8125rem}pre{margin:0;padding:.75rem .9rem;
overflow-x:auto;overflow-wrap:normal;tab-size:4}.wide{margin:.9rem 0;overflow-x:auto}table{border-collapse:collapse;
overflow-wrap:normal;font-size:.9375rem;font-variant-numeric:tabular-nums}:is(th,td){padding:.4rem .9rem .4rem
0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;min-width:4rem}th{border-bottom-color:var(--edge);
font-weight:600}.right{text-align:right}.center{text-align:center}.growing>.text:empty:before,.growing>.text>:is(p,
h3):last-child:after,.passage.growing>span:after{content:"";display:inline-block;width:.45em;height:.85em;margin-left:.2em;
vertical-align:-.08em;border-radius:50%/75% 75% 30% 30%;background:var(--outer)}article footer,.passage footer{
margin-top:.5rem;font:.875rem/1.5 system-ui,sans-serif;color:var(--soft)}article footer p{margin:.25rem 0}.row{
display:flex;flex-wrap:wrap;align-items:center;gap:.25rem;margin-left:-.55rem}.row .loud{margin:.25rem .25rem .25rem
.55rem}.row .figures{margin:0 .55rem}.figures{font-size:.8125rem;font-variant-numeric:tabular-nums}.figures:empty{
display:none}.error{color:var(--wrong);padding:.55rem .9rem;border:1px solid;border-radius:.75rem;width:fit-content;
font-size:.9375rem;overflow-wrap:anywhere}.story{font:1.125rem/1.75 var(--serif)}.passage,.passage>span{display:inline;
white-space:pre-wrap}.passage>.user{color:var(--glow)}.passage:not(:last-child) footer{display:none}.passage footer{
white-space:normal}.welcome{margin:auto 0;padding-bottom:1rem;text-align:center;color:var(--soft)}.welcome h2{margin:.5rem 0;font:600
1.6rem/1.25 var(--serif);color:var(--text)}.welcome>p{max-width:32rem;margin:.5rem auto;text-wrap:balance}.welcome>
.error{width:fit-content}.welcome strong{color:var(--text);font-weight:600;overflow-wrap:anywhere}.examples{display:grid;
grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr));gap:.6rem;margin:1.5rem 0 0;padding:0;list-style:none}
.examples button{width:100%;height:100%;padding:.7rem .9rem;text-align:left;line-height:1.4;border-color:var(--line);
background:var(--card);color:var(--text)}.examples button:hover{border-color:var(--glow)}.gate{display:flex;gap:.5rem;
max-width:26rem;margin:1rem auto}#history{position:fixed;inset:0 auto 0 0;width:min(19rem,85vw);height:auto;max-height:none;
margin:0;padding:.75rem;border:0;padding-top:max(.75rem,env(safe-area-inset-top));padding-left:max(.75rem,env(safe-area-inset-left));
background:var(--side);color:inherit;flex-direction:column;gap:.75rem;overflow:hidden}#history:popover-open{display:flex;
box-shadow:0 0 2rem #0006}#history::backdrop{background:#0006}#fresh{flex:1;min-height:2.75rem;border-color:var(--edge);
background:var(--card)}#conversations{flex:0 1 auto;min-height:0;overflow-y:auto;margin:0;padding:2px;list-style:none}
#conversations:empty{display:none}#conversations li{display:flex;align-items:center;border-radius:.6rem}#conversations
a{flex:1;min-width:0;padding:.55rem .7rem;border-radius:.6rem;color:inherit;text-decoration:none;font-size:.9375rem;
line-height:1.35}#conversations a span{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;
overflow-wrap:anywhere}#conversations li:hover{background:var(--bubble)}#conversations li:has([aria-current]){
background:var(--bubble);font-weight:600}#conversations .icon{width:2.25rem;height:2.25rem}#conversations .icon
svg{width:1.05rem;height:1.05rem}.running span:before{content:"";display:inline-block;width:.5rem;height:.7rem;
margin-right:.4rem;border-radius:50%/75% 75% 30% 30%;background:var(--outer)}#history>p{margin:auto 0 0;font-size:.875rem;
color:var(--soft)}@media(hover:hover){#conversations li:not(:hover,:focus-within) .icon{width:1px;opacity:0}}dialog{
width:min(34rem,calc(100vw - 1.5rem));max-height:calc(100dvh - 1.5rem);padding:0;border:1px solid var(--line);
border-radius:1rem;background:var(--back);color:inherit;overflow:auto}dialog::backdrop{background:#0006}dialog
form{display:grid;gap:1rem;padding:1rem 1.25rem 1.25rem}dialog label{display:block;font-size:.875rem;color:var(--soft)}
dialog :is(input,textarea,select){display:block;margin-top:.2rem;font-size:1rem;color:var(--text)}dialog textarea{
resize:vertical}.title{display:flex;align-items:center;justify-content:space-between;gap:.25rem}dialog .title{
margin:-.25rem -.6rem -.5rem 0}.title h2{margin:0;font:600 1.3rem/1.2 var(--serif)}.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(6.5rem,1fr));
gap:.75rem}dl{display:flex;flex-wrap:wrap;gap:.35rem 1.25rem;margin:0;font-size:.8125rem;color:var(--soft)}dl div{
display:flex;gap:.4rem}dd{margin:0}@media(min-width:56rem){#log{scrollbar-gutter:stable both-edges}body{grid-template:auto minmax(0,1fr) / 17rem minmax(0,1fr)}
header{grid-column:1 / -1;padding-inline:max(1rem,env(safe-area-inset-left)) max(.75rem,env(safe-area-inset-right))}
#menu,#fresh-too,#close-history{display:none}#history,#history:popover-open{position:static;display:flex;width:auto;
box-shadow:none;border-right:1px solid var(--line)}}@media(max-width:26rem){#hints{display:none}#log{padding-top:1rem}
.light{width:6.5rem;height:6.5rem;margin-bottom:-.75rem}.light svg{width:2.1rem;height:2.8rem}.user>.text{max-width:92%}
h1 span{position:absolute;clip-path:inset(50%)}}@media(max-width:22rem){.row .quiet{padding-inline:.4rem}.row .loud{
padding-inline:.7rem}}@media(max-height:30rem){#hints,.light{display:none}}@media(pointer:coarse){#hints{display:none}
.quiet{min-height:2.75rem}#conversations .icon{width:2.75rem;height:2.75rem}}@media(prefers-reduced-motion:no-preference){
.busy .flame,.light svg{animation:flicker 2.4s ease-in-out infinite;transform-origin:50% 90%}.growing>.text:empty:before,
.growing>.text>:last-child:after,.growing>span:after{animation:flicker 1.2s ease-in-out infinite;transform-origin:50%
100%}@keyframes flicker{0%,to{transform:scale(1) rotate(0)}30%{transform:scale(.96,1.05) rotate(-1.2deg)}60%{transform:scale(1.03,.95)
rotate(1.4deg)}}}@media(forced-colors:active){.outer,.inner{fill:CanvasText}.round,.loud{border:1px solid ButtonText}}
`;

/** The page's script. */
export const script: string = `
var g=class extends Error{constructor(t,r){super(r);this.status=t}status},w=class{constructor(e){this.base=e}base;key="";async models(){
let{data:e}=await(await this.call("models")).json();return e.map(({id:t})=>t)}async model(e){let{meta:t}=await(await this.
call(\`models/\${encodeURIComponent(e)}\`)).json(),{name:r,parameters:s,context_length:i,chat_template:o}=t;return{
id:e,name:r,parameters:s,context:i,chat:o}}async*answer(e,t,r){let s=await this.call(e,{method:"POST",body:JSON.
stringify(t),signal:r});for await(let i of Ie(s.body)){if(i==="[DONE]")return;let{error:o,choices:a,usage:c}=JSON.
parse(i);if(o)throw new Error(o.message);let d=a[0];yield{text:d?.text??d?.delta?.content??"",reason:d?.finish_reason??
void 0,usage:c??void 0}}throw new Error("The answer broke off: the server closed the connection before the end\\
.")}async call(e,t={}){let r=new Headers(t.body?{"content-type":"application/json"}:{});this.key!==""&&r.set("\\
authorization",\`Bearer \${this.key}\`);let s=await fetch(this.base+e,{...t,headers:r}).catch(o=>{throw t.signal?.
aborted?o:new Error("The server cannot be reached. Is it still running?")});if(s.ok)return s;let{error:i}=await s.
json().catch(()=>({}));throw new g(s.status,i?.message??\`The server answered \${s.status}.\`)}};async function*Ie(n){
let e=n.pipeThrough(new TextDecoderStream).getReader(),t="";try{for(let r;!(r=await e.read()).done;){let s=(t+
r.value).split(\`

\`);t=s.pop(),yield*s.filter(i=>i.startsWith("data:")).map(i=>i.slice(5).trim())}}finally{e.cancel().catch(()=>{})}}function ie(n,e,t){return{id:Date.now().toString(36)+Math.random().toString(36).slice(2,8),title:"",named:!1,model:n,
chat:e,system:t,updated:Date.now(),turns:[]}}function oe(n,e){F(n);let{turns:t,chat:r}=n;return(r||e!=="")&&t.
push({role:"user",text:He(n,e)}),!n.named&&!t.some(s=>s.role==="assistant")&&(n.title=Ae(e)),t.push({role:"ass\\
istant",text:""}),n.updated=Date.now(),t.at(-1)}function F({turns:n}){let e=n.at(-1);if(!(e?.role!=="assistant"||
e.text!=="")&&!(e.ending!=="failed"&&e.ending!=="stopped"))return n.pop(),n.at(-1)?.role==="user"?n.pop().text:
""}function ae({turns:n}){if(n.at(-1)?.role==="assistant")return n[n.length-1]={role:"assistant",text:""}}function le({
turns:n}){let e=n.at(-1);if(!(e?.role!=="assistant"||!G(e)))return delete e.ending,delete e.error,delete e.locked,
e}function G(n){return n.text!==""&&n.ending!==void 0&&n.ending!=="stop"}function de(n,e){let{model:t,turns:r,
system:s,chat:i}=n,o={model:t,...e,stream:!0,stream_options:{include_usage:!0}};if(!i)return["completions",{...o,
prompt:r.map(d=>d.text).join("")}];let a=r.at(-1).text!=="",c=r.slice(0,a?void 0:-1).filter(({role:d,text:p,ending:h})=>d===
"user"||p!==""||h==="stop").map(({role:d,text:p})=>({role:d,content:p}));return s.trim()!==""&&c.unshift({role:"\\
system",content:s}),["chat/completions",{...o,messages:c,...a&&{continue_final_message:!0}}]}function He({chat:n,
turns:e},t){let r=e.at(-1)?.text??"";return n||r===""||/\\s$/.test(r)||/^\\s/.test(t)?t:\` \${t}\`}function Ae(n){let e=n.
trim().split(\`
\`,1)[0].replace(/\\s+/g," ");return e.length<=60?e||"Untitled":\`\${e.slice(0,60).replace(/\\s\\S*$/,"")}\\u2026\`}var E=class{constructor(e,t){this.server=e;this.changed=t}server;changed;running=new Map;runs(e){return this.running.
has(e)}stop(e){return this.running.get(e)?.stop.abort(),this.running.has(e)}stopAll(){let e=[...this.running.values()];
for(let{stop:t}of e)t.abort();return e.map(({conversation:t})=>t)}async run(e,t,r){let s=new AbortController;this.
running.set(e.id,{conversation:e,stop:s}),this.changed(e,"begun");try{let i=await this.stream(e,t,r,s.signal);
t.ending=i==="length"?"length":"stop"}catch(i){t.ending=s.signal.aborted?"stopped":"failed",t.ending==="failed"&&
(t.error=i.message),i instanceof g&&i.status===401&&(t.locked=!0)}finally{this.running.delete(e.id),e.updated=
Date.now(),this.changed(e,"ended")}}async stream(e,t,r,s){let i=t.figures?.tokens??0,o=performance.now(),a,c=0,
d=0,p=t.figures={tokens:i,prompt:0};for await(let h of this.server.answer(...de(e,r),s)){if(a=h.reason??a,h.text!==
""){let m=performance.now();d++===0&&(c=m),t.text+=h.text,p.wait=Math.round(c-o),p.tokens=i+d,m>c&&(p.rate=(d-
1)/(m-c)*1e3),this.changed(e,"grown")}h.usage&&(p.tokens=i+h.usage.completion_tokens,p.prompt=h.usage.prompt_tokens-
i)}return a}};function u(n){let e=document.getElementById(n);if(!e)throw new Error(\`The page has no element '\${n}'\`);return e}
function l(n,e={},...t){let r=document.createElement(n);for(let[s,i]of Object.entries(e))i!==void 0&&i!==!1&&r.
setAttribute(s,i===!0?"":String(i));return r.append(...t.filter(s=>s!==void 0)),r}function U(n){let e=document.
createElementNS("http://www.w3.org/2000/svg","svg"),t=document.createElementNS("http://www.w3.org/2000/svg","u\\
se");return t.setAttribute("href",\`#i-\${n}\`),e.setAttribute("aria-hidden","true"),e.append(t),e}function f(n,e,t,r=!1){
let i=l("button",{type:"button",...r?{class:"icon","aria-label":e,title:e}:{class:"quiet"}},U(n),r?void 0:e);return i.
addEventListener("click",t),i}function y(n){u("announcer").replaceChildren(l("span",{},n))}async function Ne(n){
try{return await navigator.clipboard.writeText(n),!0}catch{let e=l("textarea",{class:"unseen","aria-hidden":!0,
tabindex:-1}),t=document.activeElement;e.value=n,(t?.closest("dialog")??document.body).append(e),e.select();let r=document.
execCommand("copy");return e.remove(),t?.focus(),r}}function x(n,e){let t=f("copy",n,async()=>{let r=await Ne(
e());t.lastChild.textContent=r?"Copied":"Not copied",y(r?"Copied":"The browser does not let this page copy"),setTimeout(
()=>t.lastChild.textContent=n,1600)});return t}var T=class{field=u("prompt");go=u("go");end=u("stop");constructor(e,t){let r=()=>{e(this.field.value)&&this.write(
"")};u("form").addEventListener("submit",s=>{s.preventDefault(),r()}),this.field.addEventListener("input",()=>this.
fit()),this.field.addEventListener("keydown",s=>{s.key!=="Enter"||s.shiftKey||s.isComposing||(s.preventDefault(),
r())}),this.end.addEventListener("click",t)}suit(e,t){let r=e?"Message":t?"Add a line, or go on":"How the text\\
 begins";u("label").textContent=this.field.placeholder=r;let s=e?"Send":"Write";this.go.setAttribute("aria-lab\\
el",s),this.go.title=s,u("verb").textContent=s.toLowerCase()}set state(e){let t=e==="running",r=document.activeElement===
(t?this.go:this.end);this.go.hidden=t,this.end.hidden=!t,this.go.disabled=e==="closed",r&&this.focus()}write(e){
this.field.value=e,this.fit()}invite(){ce()||this.field.focus()}focus(){ce()?u("log").focus({preventScroll:!0}):
this.field.focus()}fit(){this.field.style.height="auto",this.field.style.height=\`\${this.field.scrollHeight}px\`}};
function ce(){return matchMedia("(pointer: coarse)").matches}var S=class{constructor(e,t){this.store=e;this.full=t;this.held=e.conversations()}store;full;held;get all(){return this.
held.sort((e,t)=>t.updated-e.updated)}get(e){return this.held.find(t=>t.id===e)}has(e){return this.held.includes(
e)}keep(e){this.has(e)||this.held.push(e),this.store.keep(e)||this.full()}remove(e){this.held=this.held.filter(
t=>t!==e),this.store.forget(e.id)}refresh(e){let t=this.held.filter(({id:i})=>e(i)),r=this.store.conversations().
filter(({id:i})=>!e(i)),s=i=>{let o=this.get(i.id);return o?.updated===i.updated&&o.title===i.title?o:i};this.
held=[...t,...r.map(s)]}};var M=class{constructor(e){this.keeper=e}keeper;list=u("conversations");renaming=!1;show(e,t,r){if(this.renaming)
return;let s=this.list.contains(document.activeElement)?document.activeElement.id:"";this.list.replaceChildren(
...e.map(i=>{let o=l("a",{id:\`c-\${i.id}\`,href:\`#\${i.id}\`,"aria-current":i.id===t?"page":void 0,class:r(i.id)?"\\
running":void 0},l("span",{},i.title)),a=l("li",{},o),c=f("edit",\`Rename \${i.title}\`,()=>this.edit(a,i),!0),d=f(
"delete",\`Delete \${i.title}\`,()=>this.remove(a,i),!0);return a.append(c,d),a})),s&&document.getElementById(s)?.
focus()}edit(e,t){let r=l("input",{"aria-label":"Title",value:t.title,maxlength:120}),s=!0,i=o=>{if(!s)return;
this.renaming=s=!1;let a=r.value.trim();this.keeper.rename(t,o&&a!==""?a:t.title),document.getElementById(\`c-\${t.
id}\`)?.focus()};r.addEventListener("keydown",o=>{o.key!=="Enter"&&o.key!=="Escape"||(o.preventDefault(),o.stopPropagation(),
i(o.key==="Enter"))}),r.addEventListener("blur",()=>i(!0)),this.renaming=!0,e.replaceChildren(r),r.select(),r.
focus()}remove(e,t){let s=(e.nextElementSibling??e.previousElementSibling)?.querySelector("a")?.id;this.keeper.
remove(t),(s&&document.getElementById(s)||u("fresh")).focus()}};var C=class{line=u("notice");show(e,t,r){let s=()=>this.line.replaceChildren(),i=t===void 0?void 0:f("again",t,
()=>{s(),r?.()}),o=f("close","Close",s,!0);this.line.replaceChildren(l("p",{},e),...i?[i,o]:[o]),y(e)}};var L=class{constructor(e,t){this.server=e;this.field.addEventListener("change",()=>t(this.field.value))}server;field=u(
"model");models=new Map;async list(){let e=await this.server.models();this.field.replaceChildren(...e.map(t=>new Option(
t))),this.field.disabled=e.length<2,this.field.hidden=!1,this.models.clear()}first(...e){let t=[...this.field.
options].map(({value:r})=>r);return e.find(r=>r!==void 0&&t.includes(r))??t[0]}async pick(e,t){this.field.value=
this.field.title=e;let r=this.models.get(e);if(r)return r;t();let s=await this.server.model(e);return this.models.
set(e,s),s}};var _e=["Why is the sky blue? Explain it to a child.","Write a haiku about a candle.","Compare three planets i\\
n a table.","How do I reverse a list in Python?"],Re=["Once upon a time, there was a little fox who","Tom foun\\
d a small key under the old tree.","It rained all day, so Lily and her cat","The dragon did not like fire. He \\
liked"],Be="A language model that answers what you write.",Pe="A language model that goes on with what you beg\\
in.";function ue(n,e){let t=n.chat?"Your conversations stay":"Your texts stay",r=(n.chat?_e:Re).map(s=>{let i=l(
"button",{type:"button"},s);return i.addEventListener("click",()=>e(s)),l("li",{},i)});return $(l("h2",{},n.chat?
"Ask something":"Begin a story"),l("p",{},l("strong",{},n.name),l("br"),De(n)),l("p",{},n.chat?Be:Pe,\` It runs\\
 on this server alone. \${t} in this browser.\`),l("ul",{class:"examples","aria-label":"Examples"},...r))}function z(n){
return $(l("p",{},n))}function pe(n,e){return $(l("p",{class:"error",role:"alert"},n),f("again","Retry",e))}function he(n,e){
let t=l("input",{id:"gate",type:"password",autocomplete:"off",required:!0}),r=l("form",{class:"gate"},t,l("but\\
ton",{class:"loud"},"Connect"));return r.addEventListener("submit",s=>{s.preventDefault(),e(t.value.trim())}),
$(l("h2",{},l("label",{for:"gate"},"This server asks for a key")),n?l("p",{class:"error",role:"alert"},"The se\\
rver does not know that key."):void 0,r,l("p",{},"Whoever runs the server has it. It is kept until this tab is\\
 closed."))}function $(...n){return l("div",{class:"welcome"},l("div",{class:"light"},U("flame")),...n)}function De({
parameters:n,context:e}){return\`\${new Intl.NumberFormat("en",{notation:"compact",maximumSignificantDigits:3}).
format(n)} parameters \\xB7 \${e.toLocaleString("en")} tokens of context\`}var I=class{constructor(e,t,r,s){this.server=e;this.store=t;this.kept=r;this.stage=s;this.picker=new L(e,i=>this.
choose(i)),addEventListener("hashchange",()=>this.open())}server;store;kept;stage;model;conversation;picker;calls=0;async connect(){
this.close(z("Asking the server \\u2026"));try{await this.picker.list()}catch(e){return this.failed(e,()=>this.
connect())}await this.open()}fresh(){location.hash!==""?location.hash="":this.open()}async open(){u("history").
hidePopover();let{settings:e}=this.stage,t=this.kept.get(location.hash.slice(1)),r=await this.pick(this.picker.
first(t?.model,e.model));r&&(this.conversation=t??ie(r.id,r.chat,e.system),this.stage.opened(!0))}async choose(e){
let{conversation:t,stage:r}=this;r.settings=this.store.settings={...r.settings,model:e};let s=await this.pick(
e);if(s){if(!t?.turns.length||t.chat!==s.chat)return this.fresh();t.model=s.id,this.kept.keep(t),this.conversation=
t,r.opened(!1)}}async pick(e){let t=++this.calls;try{let r=await this.picker.pick(e,()=>this.close(z(\`Opening \${e}\\
 \\u2026\`)));return t===this.calls?this.model=r:void 0}catch(r){t===this.calls&&this.failed(r,()=>this.open());
return}}failed(e,t){if(!(e instanceof g&&e.status===401))return this.close(pe(e.message,t));this.close(he(this.
server.key!=="",s=>{this.server.key=this.store.key=s,t()})),u("gate").focus()}close(e){this.conversation=this.
model=void 0,this.stage.closed(e)}};var H=class{constructor(e){this.paint=e}paint;busy=!1;asked=!1;request(){this.asked=!0,!this.busy&&(this.busy=
!0,requestAnimationFrame(()=>{let e=performance.now();this.asked=!1,this.paint(),setTimeout(()=>{this.busy=!1,
this.asked&&this.request()},4*(performance.now()-e))}))}};var J=["temperature","top_p","top_k","max_tokens","seed"],A=class{constructor(e){this.changed=e;this.dialog.addEventListener(
"change",()=>this.read()),u("close-settings").addEventListener("click",()=>this.dialog.close()),this.dialog.addEventListener(
"click",t=>{t.target===this.dialog&&this.dialog.close()}),this.dialog.addEventListener("submit",t=>{t.preventDefault(),
this.dialog.querySelector("form").reportValidity()&&this.dialog.close()}),this.dialog.addEventListener("close",
()=>this.read())}changed;dialog=u("settings");system=u("system");theme=u("theme");key=u("key");settings;open({
settings:e,system:t,key:r},s){this.settings=e,this.system.value=t??"",u("system-field").hidden=t===void 0,this.
theme.value=e.theme,this.key.value=r;for(let i of J)fe(i).value=String(e[i]??"");this.dialog.showModal(),s!==void 0&&
u(s).focus()}read(){let e={};for(let i of J){let o=fe(i);o.validity.valid?o.value!==""&&(e[i]=o.valueAsNumber):
e[i]=this.settings[i]}let t=Object.fromEntries(J.map(i=>[i,void 0])),r=this.theme.value,s=u("system-field").hidden?
void 0:this.system.value;this.settings={...this.settings,...t,...e,theme:r},this.changed({settings:this.settings,
system:s,key:this.key.value.trim()})}};function fe(n){return u(n)}var me=60,O=class{log=u("log");latest=u("latest");following=!0;constructor(){let e=()=>this.latest.hidden=this.
following=this.distance()<me;this.log.addEventListener("scroll",e,{passive:!0}),new ResizeObserver(()=>this.following&&
this.toEnd()).observe(this.log),this.latest.addEventListener("click",()=>{this.toEnd(),this.log.focus({preventScroll:!0})})}toEnd(){
this.following=this.latest.hidden=!0,this.log.scrollTop=this.log.scrollHeight}around(e){let{following:t}=this;
e(),t?this.toEnd():this.latest.hidden=this.distance()<me}distance(){return this.log.scrollHeight-this.log.scrollTop-
this.log.clientHeight}};var k=class{constructor(e,t){this.turn=e;this.host=t}turn;host;element=l("footer");figures=l("p",{class:"figur\\
es"});state="";update(e){let{turn:t,host:r}=this,s=\`\${t.ending} \${t.error} \${e} \${r.context()}\`;if(s!==this.state){
this.state=s;let o=[this.note(),this.buttons(e)??this.figures];this.element.replaceChildren(...o.filter(a=>a!==
void 0))}let i=qe(t);this.figures.textContent!==i&&(this.figures.textContent=i,t.figures?.wait&&(this.figures.
title=\`The first token after \${t.figures.wait} ms\`))}note(){let{turn:e}=this;if(e.ending==="failed")return l("\\
p",{class:"error",role:"alert"},e.error||"It failed.");let t=e.ending==="length"?this.cutOff():e.ending==="sto\\
pped"?"Stopped.":void 0;return t!==void 0?l("p",{class:"note"},t):e.ending==="stop"&&e.text===""?l("p",{class:"\\
note"},"No answer came."):void 0}cutOff(){return this.full()?\`The model's context of \${this.host.context()} to\\
kens is full: begin anew to go on.\`:\`Cut off after \${this.turn.figures?.tokens} tokens.\`}full(){let{tokens:e=0,
prompt:t=0}=this.turn.figures??{};return this.turn.ending==="length"&&e+t>=this.host.context()}buttons(e){let{
turn:t,host:r}=this;if(t.ending===void 0)return;let s=l("div",{class:"row"});e&&G(t)&&!this.full()&&s.append(V(
f("next","Continue",r.goOn))),e&&t.locked&&s.append(V(f("key","Enter the key",r.askForKey)));let i=f("again","\\
Retry",r.again);return e&&s.append(t.ending==="failed"&&!t.locked?V(i):i),e&&t.text===""&&t.ending!=="stop"&&s.
append(f("edit","Edit",r.edit)),t.text!==""&&s.append(x("Copy",()=>t.text)),s.append(this.figures),s}};function V(n){
return n.className="loud",n}function qe({figures:n,ending:e}){if(!n||n.wait===void 0)return e===void 0?"Readin\\
g the prompt \\u2026":"";let{tokens:t,rate:r,prompt:s}=n,i=e!==void 0&&s>0?[\`prompt \${s}\`]:[];return i.push(\`\${t}\\
 \${t===1?"token":"tokens"}\`),r&&i.push(\`\${r<10?r.toFixed(1):Math.round(r)} tokens/s\`),i.join(" \\xB7 ")}function N(n){return n.map(e=>typeof e=="string"?e:e.tag==="br"?\`
\`:N(e.children)).join("")}function ge(n){let e=n.replace(/[\\u0000-\\u0020\\u007f-\\u00a0]+/g,"");return/^(?:https?:\\/\\/|mailto:)[^\\s]/i.
test(e)?e:void 0}var ve=12,Q=1e3,Ke=6,We=8,je=1e3;function _(n){let e=[],t=[],r=new Set,s="",i=()=>{s!==""&&e.push({markup:s,depth:0}),
s=""},o=(a,c=1)=>{i(),e.push({markup:a,depth:c})};for(let a=0;a<n.length;){let c=n[a];if(c==="\\\\"&&/[!-/:-@[-\`{-~]/.
test(n[a+1]??""))s+=n[a+1],a+=2;else if(c===\`
\`)for(s=s.trimEnd(),s.endsWith("\\\\")&&(s=s.slice(0,-1)),o({tag:"br",children:[]}),a++;n[a]===" ";)a++;else if(c===
"\`"){let d=Y(n,a),p=r.has(d)?-1:Xe(n,a+d,d);p<0?(r.add(d),s+=n.slice(a,a+d),a+=d):(o({tag:"code",children:[Ze(
n.slice(a+d,p))]}),a=p+d)}else if(c==="*"||c==="_"||c==="~"){let d=Y(n,a),p=Qe(n,a,d,c);p?(i(),e.push({markup:"",
depth:0,run:p})):s+=n.slice(a,a+d),a+=d}else if(c==="["||c==="!"&&n[a+1]==="["){i();let d=c==="!"?"![":"[";e.push(
{markup:d,depth:0}),t.push(e.length-1),a+=d.length}else if(c==="]"){i();let d=t.pop(),p=d===void 0?void 0:ze(n,
a+1);d===void 0||!p?s+="]":(Je(e,d,p.address),t.length=0),a=p?.end??a+1}else{let d=Fe(n,a);d?o(d.markup,d.markup===
""?0:1):s+=c,a=d?.end??a+1}}return i(),ye(e).markup}function Fe(n,e){let t=n[e],r=n[e-1]??" ";if(t==="h"&&!/[\\p{L}\\p{N}]/u.
test(r))return Ue(n,e);if(t!=="<"&&t!=="&")return;let s=n.slice(e,e+Q),i=/^<br *\\/?>/i.exec(s);if(i)return{markup:{
tag:"br",children:[]},end:e+i[0].length};let o=/^&(amp|lt|gt|quot|nbsp|#39);/.exec(s);if(o)return{markup:Ge[o[1]],
end:e+o[0].length};let a=/^<((?:https?:\\/\\/|mailto:)[^\\s<>]+)>/i.exec(s);return a?{markup:X(a[1],[a[1]]),end:e+
a[0].length}:void 0}var Ge={amp:"&",lt:"<",gt:">",quot:'"',nbsp:"\\xA0","#39":"'"};function Ue(n,e){if(!/^https?:\\/\\//.
test(n.slice(e,e+8)))return;let t=/^[^\\s<>"\`*]*/.exec(n.slice(e,e+Q))[0];for(let r="";r!==t;)r=t,t=t.replace(/[.,;:!?'"_~\\]]+$/,
""),t.split("(").length-t.split(")").length<0&&t.endsWith(")")&&(t=t.slice(0,-1));return t.length>8?{markup:X(
t,[t]),end:e+t.length}:void 0}function X(n,e){let t=ge(n);return t===void 0?N(e):{tag:"a",href:t,children:e}}function ze(n,e){
if(n[e]!=="(")return;let t=Math.min(n.length,e+Q),r=0;for(let s=e;s<t;s++){if(n[s]===\`
\`)return;if(n[s]==="\\\\")s++;else if(n[s]==="(")r++;else if(n[s]===")"&&--r===0){let i=n.slice(e+1,s).trim(),[,
o]=/^(<[^<>]*>|\\S*)(?:\\s+["'(].*["')])?$/.exec(i)??[];return o===void 0?void 0:{address:o.replace(/^<(.*)>$/,"\\
$1"),end:s+1}}}}function Je(n,e,t){let r=ye(n.splice(e).slice(1)),s=r.markup.length>0?r.markup:[t],i=r.depth+1;
i>ve?n.push({markup:N(s),depth:0}):n.push({markup:X(t,s),depth:i})}function ye(n){let e=[],t={"*":[],_:[],"~":[]};
for(let s of n){let{run:i}=s;for(;i&&i.closes&&i.count>0;){let o=t[i.char].slice(-We).findLast(a=>Ve(e[a].run,
i));if(o===void 0)break;if(!Ye(e,o,i)){for(;t[i.char].at(-1)>=o;)t[i.char].pop();break}for(let a of Object.values(
t))for(;a.length>0&&(a.at(-1)>o||!e[a.at(-1)]?.run?.count);)a.pop()}i?.opens&&i.count>0&&t[i.char].push(e.length),
(!i||i.count>0)&&e.push(s)}let r=e.reduce((s,i)=>Math.max(s,i.depth),0);return{markup:e.map(ke).filter(s=>s!==
""),depth:r}}function Ve(n,e){return n.count===0?!1:!(n.closes||e.opens)||(n.count+e.count)%3!==0||n.count%3===
0&&e.count%3===0}function Ye(n,e,t){if(n.length-e>je)return!1;let r=n[e].run,s=n.slice(e+1),i=s.reduce((c,d)=>Math.
max(c,d.depth),0)+1;if(i>ve)return!1;let o=Math.min(2,r.count,t.count),a=t.char==="~"?"del":o===2?"strong":"em";
return n.length=e+1,r.count-=o,t.count-=o,n.push({markup:{tag:a,children:s.map(ke).filter(c=>c!=="")},depth:i}),
!0}function ke({markup:n,run:e}){return e?e.char.repeat(e.count):n}function Qe(n,e,t,r){if(t>Ke||r==="~"&&t!==
2)return;let s=m=>m===void 0||/\\s/.test(m)?"space":/[\\p{P}\\p{S}]/u.test(m)?"mark":"word",[i,o]=[s(n[e-1]),s(n[e+
t])],a=o!=="space"&&(o==="word"||i!=="word"),c=i!=="space"&&(i==="word"||o!=="word"),d=r==="_",p=a&&(!d||!c||i===
"mark"),h=c&&(!d||!a||o==="mark");return p||h?{char:r,count:t,opens:p,closes:h}:void 0}function Y(n,e){let t=e+
1;for(;n[t]===n[e];)t++;return t-e}function Xe(n,e,t){for(let r=n.indexOf("\`",e);r>=0;r=n.indexOf("\`",r)){let s=Y(
n,r);if(s===t)return r;r+=s}return-1}function Ze(n){let e=n.replaceAll(\`
\`," ");return e.startsWith(" ")&&e.endsWith(" ")&&e.trim()!==""?e.slice(1,-1):e}var Z=8,et=64,B=/^( {0,8})(\`{3,}(?=[^\`]*$)|~{3,})(.*)$/,we=/^ {0,3}(#{1,6})(?:[ \\t]+(.*))?$/,ee=/^ {0,3}(?:(?:\\*[ \\t]*){3,}|(?:-[ \\t]*){3,}|(?:_[ \\t]*){3,})$/,
te=/^ {0,3}> ?(.*)$/,b=/^( *)([-*+]|\\d{1,9}[.)])(?:[ \\t]+(.*)|)$/,tt=/^\\[([ xX])\\] /,nt=/^(?:\\| *)?:?-+:? *(?:\\| *:?-+:? *)*\\|?$/;
function Ee(n){return ne(rt(n.replaceAll(\`\\r
\`,\`
\`).split(\`
\`)),0).found}function rt(n){let e="";return n.map(t=>{if(e!=="")return xe(t,e)&&(e=""),t;let r=t.replace(/^[ \\t]+/,
s=>s.replaceAll("	","    "));return e=B.exec(r)?.[2]??"",r})}function ne(n,e){let t=[],r=!1;for(let s=0;s<n.length;){
if(n[s].trim()===""){s++;continue}t.length>0&&n[s-1].trim()===""&&(r=!0);let{markup:i,end:o}=st(n,s,e);t.push(
{source:n.slice(s,o).join(\`
\`),markup:i}),s=o}return{found:t,apart:r}}function st(n,e,t){let r=n[e],s=we.exec(r);return s?{markup:it(s),end:e+
1}:ee.test(r)?{markup:{tag:"hr",children:[]},end:e+1}:B.test(r)?ot(n,e):t<Z&&te.test(r)?at(n,e,t):t<Z&&b.test(
r)?lt(n,e,t):Te(n,e)?ht(n,e):mt(n,e,t)}function it([,n,e=""]){let t=e.trim().replace(/(?:^|\\s)#+$/,"").trim();
return{tag:"heading",level:n.length,children:_(t)}}function ot(n,e){let[,t,r,s]=B.exec(n[e]),i=e+1;for(;i<n.length&&
!xe(n[i],r);)i++;let o=new RegExp(\`^ {0,\${t.length}}\`),a=n.slice(e+1,i).map(d=>d.replace(o,"")).join(\`
\`);return{markup:{tag:"pre",language:/^[\\w+#.-]{1,30}/.exec(s.trim())?.[0]??"",children:[a]},end:Math.min(i+1,
n.length)}}function xe(n,e){let t=n.trim();return t.length>=e.length&&t===e[0].repeat(t.length)}function at(n,e,t){
let r=[],s=e;for(let i;s<n.length&&(i=te.exec(n[s]));s++)r.push(i[1]);return{markup:{tag:"quote",children:ne(r,
t+1).found.map(i=>i.markup)},end:s}}function lt(n,e,t){let[,r,s]=b.exec(n[e]),i=s.at(-1),o=[],a=!1,c=e;for(let h;h=
be(n[c],r.length,i);){let m=dt(n,c,h[1].length);o.push([(h[3]??"").replace(tt,(Ct,$e)=>$e===" "?"\\u2610 ":"\\u2611 "),
...ct(n.slice(c+1,m),h[1].length,h[2].length)]);let j=ut(n,m),se=j>m&&be(n[j],r.length,i)!==void 0;a||=se,c=se?
j:m}for(;n[c-1].trim()==="";)c--;let d=o.map(h=>ne(h,t+1));a||=d.some(({apart:h})=>h);let p=d.map(({found:h})=>pt(
h,a));return/\\d/.test(s)?{markup:{tag:"ol",start:parseInt(s),children:p},end:c}:{markup:{tag:"ul",children:p},
end:c}}function be(n,e,t){let r=b.exec(n??"");if(!(!r||r[2].at(-1)!==t||ee.test(n)))return r[1].length-e<0||r[1].
length-e>1?void 0:r}function dt(n,e,t){let r=e+1;for(let s=r;s<n.length;s++){let i=n[s];if(i.trim()==="")continue;
let o=/^ */.exec(i)[0].length>=t+2,a=s===r&&n[s-1].trim()!==""&&!b.test(i)&&!re(i);if(!o&&!a)break;r=s+1}return r}
function re(n){let[,,e,t]=b.exec(n)??[];return t!==void 0&&t!==""&&!/^[02-9]|^1\\d/.test(e)||we.test(n)||B.test(
n)||te.test(n)||ee.test(n)}function ct(n,e,t){let r=n.reduce((i,o)=>o.trim()===""?i:Math.min(i,/^ */.exec(o)[0].
length),1/0),s=Math.max(e+2,Math.min(r,e+t+3));return n.map(i=>i.replace(new RegExp(\`^ {0,\${s}}\`),""))}function ut(n,e){
for(;e<n.length&&n[e].trim()==="";)e++;return e}function pt(n,e){return{tag:"li",children:n.flatMap(({markup:r})=>r.
tag==="p"&&!e?r.children:[r])}}function Te(n,e){let t=n[e+1];return n[e].includes("|")&&t!==void 0&&t.includes(
"-")&&nt.test(t.trim())&&R(t).length===R(n[e]).length}function ht(n,e){let t=R(n[e+1]).map(ft),r=e+2;for(;r<n.
length&&n[r].includes("|")&&!re(n[r]);)r++;let s=(o,a)=>{let c=R(o);return{tag:"tr",children:t.map((p,h)=>({tag:a,
align:p,children:_(c[h]??"")}))}};return{markup:{tag:"table",children:[s(n[e],"th"),...n.slice(e+2,r).map(o=>s(
o,"td"))]},end:r}}function R(n){let e=n.trim().replace(/^\\|/,"").replace(/\\|$/,""),t=[""],r=!1;for(let s=0;s<e.
length;s++)e[s]==="\\\\"&&e[s+1]==="|"?t[t.length-1]+=e[++s]:e[s]==="|"&&!r?t.push(""):(e[s]==="\`"&&(r=!r&&e.indexOf(
"\`",s+1)>0),t[t.length-1]+=e[s]);return t.slice(0,et).map(s=>s.trim())}function ft(n){return n.endsWith(":")?n.
startsWith(":")?"center":"right":n.startsWith(":")?"left":void 0}function mt(n,e,t){let r=e+1;for(;r<n.length&&
n[r].trim()!==""&&(t>=Z||!re(n[r]))&&!Te(n,r);)r++;let s=n.slice(e,r).map(i=>i.trimStart()).join(\`
\`).trimEnd();return{markup:{tag:"p",children:_(s)},end:r}}var gt=2e5,P=class{constructor(e){this.into=e}into;blocks=[];show(e){let t=e.length>gt?[vt(e)]:Ee(e),r=0;for(;r<
t.length&&this.blocks[r]?.source===t[r].source;)r++;for(t[r]&&this.blocks[r]&&yt(this.into.children[r],this.blocks[r],
t[r])&&r++;this.into.children.length>r;)this.into.lastChild.remove();this.into.append(...t.slice(r).map(({markup:i})=>Se(
i))),this.blocks=t}};function vt(n){return{source:n,markup:{tag:"pre",language:"",children:[n]}}}function yt(n,{
markup:e},{markup:t}){return!n||e.tag!=="pre"||t.tag!=="pre"||e.language!==t.language?!1:(n.querySelector("cod\\
e").textContent=t.children[0],!0)}function v(n){return n.map(e=>typeof e=="string"?document.createTextNode(e):
Se(e))}function Se(n){let{tag:e,children:t}=n;switch(e){case"pre":return kt(t[0],n.language??"");case"table":return bt(
t);case"heading":return l("h3",{class:\`level-\${n.level}\`},...v(t));case"quote":return l("blockquote",{},...v(t));case"\\
ol":return l("ol",{start:n.start},...v(t));case"a":return l("a",{href:n.href,target:"_blank",rel:"noopener nor\\
eferrer"},...v(t));case"th":case"td":return l(e,{class:n.align},...v(t));default:return l(e,{},...v(t))}}function kt(n,e){
let t=l("code",{},n),r=l("figcaption",{},l("span",{},e||"text"),x("Copy",()=>t.textContent??"")),s=e?\`Code, \${e}\`:
"Code";return l("figure",{},r,l("pre",{tabindex:0,role:"group","aria-label":s},t))}function bt(n){let[e,...t]=v(
n),r=l("table",{},l("thead",{},e),l("tbody",{},...t));return l("div",{class:"wide",tabindex:0,role:"group","ar\\
ia-label":"Table"},r)}var D=class{constructor(e,t){this.into=e;this.host=t}into;host;shown;views=[];clear(){this.shown=void 0,this.views=
[],this.into.replaceChildren()}show(e){this.shown!==e&&this.clear(),this.shown=e;let{turns:t}=e,r=0;for(;r<t.length&&
this.views[r]?.turn===t[r];)r++;for(let{element:i}of this.views.splice(r))i.remove();let s=e.chat?this.into:this.
story();for(let i of t.slice(r)){let o=e.chat?this.message(i,e.model):this.passage(i);this.views.push(o),s.append(
o.element)}this.views.forEach((i,o)=>o+2>=this.views.length&&i.update(o===this.views.length-1))}message(e,t){let r=l(
"div",{class:"text"}),s=l("h2",{class:"unseen"},e.role==="user"?"You":t),i=l("article",{class:e.role},s,r);if(e.
role==="user")return r.textContent=e.text,{turn:e,element:i,update(){}};let o=new P(r),a=new k(e,this.host);i.
append(a.element);let c=d=>{o.show(e.text),Me(i,e),a.update(d)};return c(!1),{turn:e,element:i,update:c}}story(){
let e=this.into.querySelector(".story");return e||(this.into.append(l("article",{class:"story"},l("h2",{class:"\\
unseen"},"Story"))),this.story())}passage(e){let t=l("span",{class:e.role}),r=e.role==="assistant"?new k(e,this.
host):void 0,s=l("div",{class:"passage"},t,r?.element),i=o=>{t.textContent!==e.text&&(t.textContent=e.text),Me(
s,e),r?.update(o)};return i(!1),{turn:e,element:s,update:i}}};function Me(n,e){n.classList.toggle("growing",e.
role==="assistant"&&e.ending===void 0)}var wt=2e3,q=class{constructor(e,t){this.server=e;this.store=t;this.settings=t.settings,this.server.key=t.key,
this.kept=new S(t,()=>this.notice.show(Et)),this.opener=new I(e,t,this.kept,this),this.answers=new E(e,(r,s)=>this.
changed(r,s)),this.transcript=new D(this.turns,{again:()=>this.start(ae),goOn:()=>this.start(le),edit:()=>this.
edit(),askForKey:()=>this.prefers("key"),context:()=>this.opener.model?.context??1/0}),this.listen(),this.dress(),
this.list(),this.opener.connect()}server;store;turns=u("turns");opener;notice=new C;scroller=new O;composer=new T(
e=>this.send(e),()=>this.stop());preferences=new A(e=>this.prefer(e));answers;kept;transcript;history=new M({rename:(e,t)=>this.
rename(e,t),remove:e=>this.remove(e)});settings;lastKept=0;painter=new H(()=>{let{conversation:e}=this.opener;
e&&this.scroller.around(()=>this.transcript.show(e))});listen(){for(let e of["fresh","fresh-too"])u(e).addEventListener(
"click",()=>this.opener.fresh());u("open-settings").addEventListener("click",()=>this.prefers()),u("conversati\\
ons").addEventListener("click",e=>{e.target.closest("a")&&u("history").hidePopover()}),addEventListener("stora\\
ge",e=>this.store.owns(e.key)&&this.refresh()),addEventListener("pagehide",()=>{for(let e of this.answers.stopAll())
this.kept.keep(e)}),addEventListener("keydown",e=>{if(!(e.isComposing||document.querySelector("dialog[open]"))){
if(e.altKey&&e.code==="KeyN")this.opener.fresh();else if(e.key!=="Escape"||document.querySelector(":popover-op\\
en")||!this.stop())return;e.preventDefault()}})}closed(e){this.transcript.clear(),this.turns.append(e),this.composer.
state="closed"}opened(e){this.show(),e&&(this.opener.conversation?.turns.length?this.scroller.toEnd():u("log").
scrollTop=0,this.composer.invite())}show(){let{conversation:e,model:t}=this.opener;if(!e||!t)return;e.turns.length===
0?(this.transcript.clear(),this.turns.append(ue(t,s=>this.send(s)))):(this.turns.querySelector(".welcome")?.remove(),
this.transcript.show(e));let r=this.answers.runs(e.id);this.composer.state=r?"running":"open",this.composer.suit(
e.chat,e.turns.length>0),document.body.classList.toggle("busy",r),document.title=e.title?\`\${e.title} \\xB7 Wick\`:
"Wick",this.list()}list(){this.history.show(this.kept.all,this.opener.conversation?.id??"",e=>this.answers.runs(
e))}send(e){let{conversation:t}=this.opener;return!t||this.answers.runs(t.id)||t.chat&&e.trim()===""?!1:(this.
start(r=>oe(r,e)),!0)}start(e){let{conversation:t,model:r}=this.opener;if(!t||!r||this.answers.runs(t.id))return;
let s=e(t);if(!s)return;t.model=r.id,this.kept.keep(t),history.replaceState(null,"",\`#\${t.id}\`),y("Answering");
let{temperature:i,top_p:o,top_k:a,max_tokens:c,seed:d}=this.settings;this.answers.run(t,s,{temperature:i,top_p:o,
top_k:a,max_tokens:c,seed:d}),this.scroller.toEnd(),document.activeElement===document.body&&this.composer.focus()}stop(){
let{conversation:e}=this.opener;return e!==void 0&&this.answers.stop(e.id)}edit(){let{conversation:e}=this.opener;
e&&(this.composer.write(F(e)??""),this.kept.keep(e),this.show(),u("prompt").focus())}changed(e,t){if(!this.kept.
has(e))return;let r=performance.now();if((t!=="grown"||r-this.lastKept>wt)&&(this.lastKept=r,this.kept.keep(e)),
e!==this.opener.conversation)return t==="grown"?void 0:this.list();if(t==="grown")return this.painter.request();
this.scroller.around(()=>this.show()),t==="ended"&&y(xt(e.turns.at(-1)))}rename(e,t){e.named||=t!==e.title,e.title=
t,this.kept.keep(e),this.show(),this.list()}remove(e){this.kept.remove(e),this.answers.stop(e.id),e===this.opener.
conversation&&this.opener.fresh(),this.list(),this.notice.show(\`Deleted \\u201C\${e.title}\\u201D.\`,"Undo",()=>{this.
kept.keep(e),this.list()})}refresh(){this.kept.refresh(r=>this.answers.runs(r));let{conversation:e}=this.opener,
t=e&&this.kept.get(e.id);t&&t!==e?(this.opener.conversation=t,this.show()):this.list()}prefers(e){let{settings:t,
server:r,opener:{conversation:s}}=this,i=s?.chat===!1?void 0:s?.system??t.system;this.preferences.open({settings:t,
system:i,key:r.key},e)}prefer({settings:e,system:t,key:r}){this.settings=this.store.settings=t===void 0?e:{...e,
system:t},this.dress();let{conversation:s}=this.opener;t!==void 0&&s?.chat&&(s.system=t,this.kept.has(s)&&this.
kept.keep(s)),r!==this.server.key&&(this.server.key=this.store.key=r,this.opener.model||this.opener.connect())}dress(){
document.documentElement.dataset.theme=this.settings.theme}},Et="The browser has no room to keep this conversa\\
tion: it is gone when the page is closed. Delete others to make room.";function xt({ending:n,figures:e}){return n===
"stop"?\`Answer finished, \${e?.tokens} tokens\`:n==="length"?\`Answer cut off after \${e?.tokens} tokens\`:n==="sto\\
pped"?"Answer stopped":""}var K=class{constructor(e,t,r){this.shelf=e;this.tab=t;this.place=r;this.kept=\`wick:\${r}:chat:\`}shelf;tab;place;kept;conversations(){
return Array.from({length:this.shelf.length},(t,r)=>this.shelf.key(r)??"").filter(t=>t.startsWith(this.kept)).
map(t=>this.read(t)).filter(St).map(Tt).sort((t,r)=>r.updated-t.updated)}keep(e){return this.write(this.shelf,
this.kept+e.id,JSON.stringify(e))}forget(e){this.shelf.removeItem(this.kept+e)}owns(e){return e===null||e.startsWith(
this.kept)}get settings(){let e=this.read(\`wick:\${this.place}:settings\`);return{system:"",theme:"",...typeof e==
"object"&&!Array.isArray(e)?e:{}}}set settings(e){this.write(this.shelf,\`wick:\${this.place}:settings\`,JSON.stringify(
e))}get key(){return this.tab.getItem(\`wick:\${this.place}:key\`)??""}set key(e){e===""?this.tab.removeItem(\`wic\\
k:\${this.place}:key\`):this.write(this.tab,\`wick:\${this.place}:key\`,e)}read(e){try{return JSON.parse(this.shelf.
getItem(e)??"null")}catch{return null}}write(e,t,r){try{return e.setItem(t,r),!0}catch{return!1}}},W=class{texts=new Map;get length(){
return this.texts.size}getItem(e){return this.texts.get(e)??null}setItem(e,t){this.texts.set(e,t)}removeItem(e){
this.texts.delete(e)}key(e){return[...this.texts.keys()][e]??null}};function Tt(n){for(let e of n.turns)e.role===
"assistant"&&(e.ending??="stopped");return n}function St(n){let e=n;return typeof e=="object"&&e!==null&&typeof e.
id=="string"&&typeof e.title=="string"&&typeof e.model=="string"&&typeof e.updated=="number"&&typeof e.system==
"string"&&Array.isArray(e.turns)&&e.turns.every(Mt)}function Mt(n){let{role:e,text:t}=n??{};return(e==="user"||
e==="assistant")&&typeof t=="string"}var Ce=location.pathname.replace(/\\/?$/,"/");function Le(n){try{return globalThis[n].getItem(""),globalThis[n]}catch{
return new W}}new q(new w(\`\${Ce}v1/\`),new K(Le("localStorage"),Le("sessionStorage"),Ce));
`;
