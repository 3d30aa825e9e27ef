/**
 * A small file of each format and everyone who reads it, for tests of sources in every runtime.
 *
 * @module
 */
import {
  type BucketLike,
  load,
  nn,
  readNpy,
  readNpz,
  readPth,
  readSafetensors,
  readTensors,
  type SourceInput,
  type Tensor,
  tensor,
  writeNpy,
  writeNpz,
  writeSafetensors,
} from "../../src/api.ts";
import { randomLlama } from "../models/random_llama.ts";
import { Random } from "../random.ts";

/** Reads an input (a bucket by the key) and gives the names that came. */
export type Read = (input: SourceInput, key?: string) => Promise<string[]>;

/** A format's file. */
export interface FormatFile {
  format: string;
  whole: Uint8Array;
  reads: Read[];
  /** What each reader must give; empty for any names. */
  names: string[];
  /** Whether a stream, which only goes forward, suffices. */
  streams: boolean;
}

type ReadTensors = (input: SourceInput, options: { key?: string }) => Promise<Map<string, Tensor>>;

/** A file of each format; that of PyTorch is given, since none writes it. */
export async function everyFormat(pth: Uint8Array): Promise<FormatFile[]> {
  const x = tensor([[1, 2], [3, 4]]), bias = tensor([5, 6]);
  const pair = new Map([["weight", x], ["bias", bias]]);
  const names = ["bias", "weight"];
  const safetensors = [named(readSafetensors), named(readTensors), intoModule, intoState];
  const model = randomLlama(new Random(1), "q8_0", { config: { layers: 1 } }).file;
  return [
    { format: "safetensors", whole: await writeSafetensors(pair), reads: safetensors, names, streams: true },
    {
      format: "npy",
      whole: await writeNpy(x),
      reads: [named(readArray), named(readTensors)],
      names: ["array"],
      streams: true,
    },
    {
      format: "npz",
      whole: await writeNpz(pair),
      reads: [named(readNpz), named(readTensors)],
      names,
      streams: false,
    },
    { format: "pth", whole: pth, reads: [named(readPth), named(readTensors)], names: [], streams: false },
    { format: "gguf", whole: model, reads: [generating], names: ["text"], streams: true },
  ];
}

const readArray: ReadTensors = async (input, options) => new Map([["array", await readNpy(input, options)]]);

function named(read: ReadTensors): Read {
  return async (input, key) => {
    const tensors = await read(input, { key });
    for (const value of tensors.values()) value.dispose();
    return [...tensors.keys()].sort();
  };
}

/** A layer takes the tensors over, and gives them back with itself. */
async function intoModule(input: SourceInput, key?: string): Promise<string[]> {
  using layer = new nn.Linear(2, 2);
  layer.load(new nn.Weights(await readTensors(input, { key }), "a file"));
  return [...layer.stateDict().keys()].sort();
}

/** A layer that has values copies the file's into them. */
async function intoState(input: SourceInput, key?: string): Promise<string[]> {
  using layer = new nn.Linear(2, 2).init(1);
  const state = await readTensors(input, { key });
  await layer.loadStateDict(state);
  for (const value of state.values()) value.dispose();
  return [...layer.stateDict().keys()].sort();
}

async function generating(input: SourceInput, key?: string): Promise<string[]> {
  using model = await (key === undefined ? load(input) : load(input as BucketLike, key));
  const { ids } = await model.generate([1], { maxTokens: 2, temperature: 0, ignoreEos: true }).result();
  return ids.length === 2 ? ["text"] : [];
}
