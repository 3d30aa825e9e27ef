/**
 * The way of a request for text: body, model, place, tokens, answer. Its place is left when its last token is
 * made, or within one token of the client's leaving.
 *
 * @module
 */
import type { Context } from "../../deps.ts";
import type { LanguageModel } from "../generate/contract.ts";
import { aborted, type Admission, type Place } from "./admission.ts";
import { frames, wholeAnswer } from "./answer.ts";
import { readJson } from "./body.ts";
import type { Json } from "./fields.ts";
import type { Format } from "./format.ts";
import type { Registry } from "./registry.ts";
import type { TextRequest } from "./request.ts";
import { type Job, prepare } from "./run.ts";
import type { Limits, Settings } from "./settings.ts";
import { pulledStream } from "./stream.ts";
import { leaving, outlive, settledElsewhere } from "./waiting.ts";

/** What Hono knows of a request to Wick. */
export interface WickEnv<Env extends object> {
  /** What the runtime hands a request. */
  Bindings: Env;
  /** Set for every request. */
  Variables: { requestId: string };
}

/** What the routes of one server share. */
export interface House<Env extends object> {
  readonly settings: Settings<Env>;
  readonly registry: Registry<Env>;
  readonly admission: Admission;
  /** An error in OpenAI's form; the server's own faults are reported on the way. */
  failed(error: unknown, requestId: string): Json;
}

/** Opens a model, which other requests may be waiting for too. */
export function opened<Env extends object>(
  c: Context<WickEnv<Env>>,
  { registry }: House<Env>,
  name: string,
): Promise<LanguageModel> {
  const opening = registry.open(name, c.env);
  outlive(c, opening);
  return settledElsewhere(opening);
}

/** Answers a request for text. */
export async function generating<Env extends object>(
  c: Context<WickEnv<Env>>,
  house: House<Env>,
  read: (body: Json, limits: Limits) => TextRequest,
  format: Format,
): Promise<Response> {
  const { limits } = house.settings;
  const request = salted(
    read(await readJson(c.req.raw, limits.bodyBytes), limits),
    c.req.header("authorization"),
  );
  const model = await opened(c, house, request.model);
  const work = new AbortController();
  const unlink = link(leaving(c), work);
  let place: Place | undefined;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const done = () => {
    place?.leave();
    unlink();
    end();
  };
  outlive(c, ended);
  try {
    place = await settledElsewhere(house.admission.enter(work.signal));
    if (work.signal.aborted) throw aborted(); // from here to the first listener nothing is awaited
    const job = prepare(model, request, limits);
    if (request.stream) return streamed(c, house, job, format, work, done);
    const answer = await wholeAnswer(job, format, work.signal);
    done();
    return Response.json(answer, { headers: ignoredFields(request) });
  } catch (error) {
    done();
    throw error;
  }
}

function streamed<Env extends object>(
  c: Context<WickEnv<Env>>,
  house: House<Env>,
  job: Job,
  format: Format,
  work: AbortController,
  done: () => void,
): Response {
  const failed = (error: unknown) => house.failed(error, c.get("requestId"));
  const stallMs = house.settings.limits.stallSeconds * 1000;
  const body = pulledStream(frames(job, format, work.signal, failed), { work, done, stallMs });
  const headers = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    ...ignoredFields(job.request),
  };
  return new Response(body, { headers });
}

/** Says which fields of a request were left alone, where there are any. */
function ignoredFields({ ignored }: TextRequest): Record<string, string> {
  return ignored.length > 0 ? { "x-ignored-fields": ignored.join(", ") } : {};
}

/** Keeps what one key's prompts left in caches from the others. */
function salted(request: TextRequest, key = ""): TextRequest {
  return { ...request, options: { ...request.options, cacheSalt: key } };
}

/** Aborts `work` with `signal`, until the link is undone. */
function link(signal: AbortSignal | undefined, work: AbortController): () => void {
  if (!signal) return () => {};
  const abort = () => work.abort();
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return () => signal.removeEventListener("abort", abort);
}
