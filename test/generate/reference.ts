/**
 * The sampling chain written the obvious way: plain arrays in float64, everything sorted, nothing reused.
 *
 * @module
 */
import type { ResolvedOptions } from "../../src/generate/options.ts";

/** A token that may be drawn. */
export interface Entry {
  id: number;
  logit: number;
}

const better = (a: Entry, b: Entry) => b.logit - a.logit || a.id - b.id;
const byId = (a: Entry, b: Entry) => a.id - b.id;

/** e^(logit / temperature) by entry, relative to the best one's, and their sum. */
function weigh(entries: readonly Entry[], temperature: number): { weights: number[]; total: number } {
  const best = Math.max(...entries.map(({ logit }) => logit));
  const weights = entries.map(({ logit }) => Math.exp((logit - best) / temperature));
  return { weights, total: weights.reduce((sum, weight) => sum + weight, 0) };
}

/** The softmax of the entries' logits / temperature. */
export function softmax(entries: readonly Entry[], temperature = 1): number[] {
  const { weights, total } = weigh(entries, temperature);
  return weights.map((weight) => weight / total);
}

/** All tokens above -Infinity. */
export function entries(logits: Iterable<number>): Entry[] {
  return Array.from(logits, (logit, id) => ({ id, logit })).filter(({ logit }) => logit > -Infinity);
}

export function topK(from: readonly Entry[], k: number): Entry[] {
  return k === 0 ? [...from] : from.toSorted(better).slice(0, k).sort(byId);
}

/** The shortest beginning of `sorted` whose probability reaches `mass`. */
function reaching(sorted: readonly Entry[], mass: number): Entry[] {
  const { weights, total } = weigh(sorted, 1);
  let sum = 0;
  const end = weights.findIndex((weight) => (sum += weight) >= mass * total);
  return (end < 0 ? [...sorted] : sorted.slice(0, end + 1)).sort(byId);
}

export function topP(from: readonly Entry[], mass: number): Entry[] {
  return reaching(from.toSorted(better), mass);
}

export function minP(from: readonly Entry[], share: number): Entry[] {
  const probabilities = softmax(from);
  const least = share * Math.max(...probabilities);
  return from.filter((_, i) => probabilities[i] >= least);
}

export function typical(from: readonly Entry[], mass: number): Entry[] {
  const probabilities = softmax(from);
  const information = new Map(from.map(({ id }, i) => [id, -Math.log(probabilities[i])]));
  const entropy = from.reduce((sum, { id }, i) => {
    return sum + (probabilities[i] > 0 ? probabilities[i] * information.get(id)! : 0);
  }, 0);
  const distance = ({ id }: Entry) => Math.abs(information.get(id)! - entropy);
  return reaching(from.toSorted((a, b) => distance(a) - distance(b) || a.id - b.id), mass);
}

/** Logits with biases and penalties, each step rounded to float32. */
export function adjust(
  logits: Iterable<number>,
  options: ResolvedOptions,
  text: readonly number[],
): number[] {
  const adjusted = Array.from(logits, (logit, id) => Math.fround(logit + (options.logitBias.get(id) ?? 0)));
  const window = options.repeatLastN === 0 ? [] : text.slice(-options.repeatLastN);
  return adjusted.map((logit, id) => {
    const count = window.filter((other) => other === id).length;
    if (count === 0) return logit;
    const repeated = logit > 0 ? logit / options.repeatPenalty : logit * options.repeatPenalty;
    return Math.fround(repeated - count * options.frequencyPenalty - options.presencePenalty);
  });
}

/** What the whole chain leaves of some logits, in the order of ids. */
export function chain(logits: Iterable<number>, options: ResolvedOptions, text: readonly number[]): Entry[] {
  let left = topK(entries(adjust(logits, options, text)), options.topK);
  if (options.typicalP < 1) left = typical(left, options.typicalP);
  if (options.topP < 1) left = topP(left, options.topP);
  return options.minP > 0 ? minP(left, options.minP) : left;
}

/** The entry on which `unit` falls in the cumulated softmax. */
export function draw(from: readonly Entry[], temperature: number, unit: number): number {
  if (temperature === 0) return from.toSorted(better)[0].id;
  let sum = 0;
  const at = softmax(from, temperature).findIndex((probability) => (sum += probability) > unit);
  return from[at < 0 ? from.length - 1 : at].id;
}
