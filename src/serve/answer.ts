/**
 * Whole answers and streams of chunks, written from the events of a run.
 *
 * @module
 */
import type { Json } from "./fields.ts";
import { envelope, type Format, type Usage, usageBody } from "./format.ts";
import { type Job, type PlacedLogprobs, run, type RunEvent } from "./run.ts";

/** Runs a job to its end and writes its answer. */
export async function wholeAnswer(job: Job, format: Format, signal: AbortSignal): Promise<Json> {
  const choices: Json[] = [];
  const usage = noUsage();
  let text = "";
  let logprobs: PlacedLogprobs[] | undefined;
  for await (const event of run(job, signal)) {
    if (event.kind === "begin") {
      [text, logprobs] = ["", job.request.options.logprobs === undefined ? undefined : []];
    } else if (event.kind === "text") {
      text += event.text;
      logprobs?.push(...event.logprobs ?? []);
    } else {
      choices.push(format.whole(event.index, text, logprobs, event.reason, job.model));
      add(usage, event.usage);
    }
  }
  return { ...envelope(format, job.request.model), object: format.object, choices, usage: usageBody(usage) };
}

/**
 * The frames of a server-sent event stream: chunks, usage where asked for, `[DONE]`. An error ends it with a frame
 * `{error}` and is reported; nothing is sent to a client that has left.
 */
export async function* frames(
  job: Job,
  format: Format,
  signal: AbortSignal,
  failed: (error: unknown) => Json,
): AsyncGenerator<string> {
  const head = { ...envelope(format, job.request.model), object: format.chunkObject };
  // A client that asked for usage finds the field in every chunk, null until the last.
  const tail = job.request.includeUsage ? { usage: null } : {};
  const usage = noUsage();
  try {
    for await (const event of run(job, signal)) {
      const choice = chunkChoice(event, format, job);
      if (choice) yield frame({ ...head, choices: [choice], ...tail });
      if (event.kind === "end") add(usage, event.usage);
    }
    if (job.request.includeUsage) yield frame({ ...head, choices: [], usage: usageBody(usage) });
    yield "data: [DONE]\n\n";
  } catch (error) {
    if (!signal.aborted) yield frame(failed(error));
  }
}

function chunkChoice(event: RunEvent, format: Format, { model }: Job): Json | undefined {
  if (event.kind === "begin") return format.begin(event.index);
  if (event.kind === "end") return format.end(event.index, event.reason);
  return format.part(event.index, event.text, event.logprobs, model);
}

function frame(body: Json): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}

function noUsage(): Usage {
  return { promptTokens: 0, completionTokens: 0, cachedTokens: 0 };
}

function add(sum: Usage, other: Usage): void {
  sum.promptTokens += other.promptTokens;
  sum.completionTokens += other.completionTokens;
  sum.cachedTokens += other.cachedTokens;
}
