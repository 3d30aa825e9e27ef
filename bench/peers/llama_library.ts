/**
 * llama.cpp by its C API, through Deno's FFI on the prebuilt library of an npm package: nothing is compiled,
 * and no binding's own loop stands between the bench and `llama_decode`.
 *
 * The structures that llama.h passes by value are treated as words of 64 bits: all are larger than 16 bytes,
 * so that only their size and alignment matter to a call. Offsets are those of llama.h at v0.5.0; the library's
 * own defaults are read back at them before anything is trusted.
 *
 * @module
 */
import { WickError } from "../../src/error.ts";

/** Deno fetches it into its own cache of npm packages. A variable, so that nobody else's `deno cache` does. */
const PACKAGE = "npm:@node-llama-cpp/linux-x64@3.22.1";

/** Bytes of llama_model_params, llama_context_params and llama_batch. */
const MODEL_PARAMS = 80;
const CONTEXT_PARAMS = 160;
const BATCH = 56;

/** Byte offsets of i32 fields in llama_context_params. */
const CONTEXT_FIELD = {
  contextLength: 0,
  threads: 28,
  threadsBatch: 32,
  flashAttention: 52,
  typeK: 104,
  typeV: 108,
} as const;
/** And of what the defaults must be there: 4 threads, flash attention left to the library (-1), F16 (1). */
const CONTEXT_DEFAULTS = { threads: 4, threadsBatch: 4, flashAttention: -1, typeK: 1, typeV: 1 } as const;

const struct = (bytes: number) => ({ struct: Array(bytes / 8).fill("u64" as const) });
const symbols = {
  llama_backend_init: { parameters: [], result: "void" },
  llama_log_set: { parameters: ["pointer", "pointer"], result: "void" },
  llama_max_devices: { type: "pointer" },
  llama_model_default_params: { parameters: [], result: struct(MODEL_PARAMS) },
  llama_model_load_from_file: { parameters: ["buffer", struct(MODEL_PARAMS)], result: "pointer" },
  llama_model_get_vocab: { parameters: ["pointer"], result: "pointer" },
  llama_model_free: { parameters: ["pointer"], result: "void" },
  llama_model_n_embd: { parameters: ["pointer"], result: "i32" },
  llama_model_n_head: { parameters: ["pointer"], result: "i32" },
  llama_model_n_head_kv: { parameters: ["pointer"], result: "i32" },
  llama_model_n_layer: { parameters: ["pointer"], result: "i32" },
  llama_vocab_n_tokens: { parameters: ["pointer"], result: "i32" },
  llama_context_default_params: { parameters: [], result: struct(CONTEXT_PARAMS) },
  llama_init_from_model: { parameters: ["pointer", struct(CONTEXT_PARAMS)], result: "pointer" },
  llama_free: { parameters: ["pointer"], result: "void" },
  llama_n_threads: { parameters: ["pointer"], result: "i32" },
  llama_n_threads_batch: { parameters: ["pointer"], result: "i32" },
  llama_get_memory: { parameters: ["pointer"], result: "pointer" },
  llama_memory_clear: { parameters: ["pointer", "bool"], result: "void" },
  llama_decode: { parameters: ["pointer", struct(BATCH)], result: "i32" },
  llama_get_logits_ith: { parameters: ["pointer", "i32"], result: "pointer" },
  llama_print_system_info: { parameters: [], result: "pointer" },
  llama_version: { parameters: [], result: "pointer" },
} as const;

type Symbols = Deno.DynamicLibrary<typeof symbols>["symbols"];

/** The library, opened: its CPU backend is the best that the processor takes. */
export class LlamaLibrary {
  /** As the library calls itself. */
  readonly version: string;
  private readonly library: Deno.DynamicLibrary<typeof symbols>;

  private constructor(folder: string) {
    const ggml = Deno.dlopen(find(folder, /^libggml\.v.*\.so$/), {
      ggml_backend_load_all_from_path: { parameters: ["buffer"], result: "void" },
    });
    this.library = Deno.dlopen(find(folder, /^libllama\.v.*\.so$/), symbols);
    const { llama_log_set, llama_max_devices, llama_backend_init, llama_version } = this.library.symbols;
    llama_log_set(llama_max_devices, null); // a function without effect stands in for the logger: silence
    ggml.symbols.ggml_backend_load_all_from_path(cString(folder));
    llama_backend_init();
    this.version = text(llama_version());
  }

  /** Fetches the package where needed and opens the library in it. */
  static async open(): Promise<LlamaLibrary> {
    if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
      const got = `${Deno.build.os} on ${Deno.build.arch}`;
      throw new WickError(
        "UNSUPPORTED_RUNTIME",
        `Cannot open llama.cpp: expected linux on x86_64, got ${got}`,
      );
    }
    const { getBinsDir } = await import(PACKAGE) as { getBinsDir(): { binsDir: string } };
    return new LlamaLibrary(`${getBinsDir().binsDir}/linux-x64`);
  }

  /** The instruction sets that the chosen CPU backend uses, out of "CPU : AVX2 = 1 | FMA = 1 | ...". */
  instructionSets(): string {
    const info = text(this.library.symbols.llama_print_system_info());
    return [...info.matchAll(/(\w+) = 1/g)].map(([, name]) => name).join(" ");
  }

  /** Loads a model and opens a context of `contextLength` positions on it, one thread, all else by default. */
  load(file: string, contextLength: number): LlamaContext {
    const { symbols } = this.library;
    const model = symbols.llama_model_load_from_file(cString(file), symbols.llama_model_default_params());
    if (model === null) throw new WickError("SOURCE_FAILED", `Cannot load ${file}: llama.cpp refused it`);
    const params = symbols.llama_context_default_params();
    const fields = new DataView(params.buffer);
    for (const [name, value] of Object.entries(CONTEXT_DEFAULTS)) {
      const got = fields.getInt32(CONTEXT_FIELD[name as keyof typeof CONTEXT_DEFAULTS], true);
      if (got === value) continue;
      throw new WickError(
        "INVALID_STATE",
        `Cannot use this llama.cpp: expected ${name} ${value}, got ${got}`,
      );
    }
    fields.setInt32(CONTEXT_FIELD.contextLength, contextLength, true);
    fields.setInt32(CONTEXT_FIELD.threads, 1, true);
    fields.setInt32(CONTEXT_FIELD.threadsBatch, 1, true);
    const context = symbols.llama_init_from_model(model, params);
    if (context === null) {
      throw new WickError("OUT_OF_MEMORY", `Cannot open ${contextLength} positions in llama.cpp`);
    }
    return new LlamaContext(symbols, model, context);
  }
}

/** A model with its KV cache. */
export class LlamaContext {
  /** Tokens of the vocabulary. */
  readonly vocabulary: number;
  private readonly memory: Deno.PointerValue;
  /** llama_batch: n_tokens, then pointers to token, embd, pos, n_seq_id, seq_id, logits; null: as comes next. */
  private readonly batch = new BigUint64Array(BATCH / 8);
  private readonly batchBytes = new Uint8Array(this.batch.buffer);

  constructor(
    private readonly symbols: Symbols,
    private readonly model: Deno.PointerValue,
    private readonly context: Deno.PointerValue,
  ) {
    this.vocabulary = symbols.llama_vocab_n_tokens(symbols.llama_model_get_vocab(model));
    this.memory = symbols.llama_get_memory(context);
  }

  /** Threads of a step and of a prompt. */
  threads(): [step: number, prompt: number] {
    return [this.symbols.llama_n_threads(this.context), this.symbols.llama_n_threads_batch(this.context)];
  }

  /** Bytes of `positions` of the KV cache: keys and values in F16. */
  kvCacheBytes(positions: number): number {
    const { symbols, model } = this;
    const width = symbols.llama_model_n_embd(model) / symbols.llama_model_n_head(model) *
      symbols.llama_model_n_head_kv(model);
    return 2 * 2 * positions * symbols.llama_model_n_layer(model) * width;
  }

  /** Forgets all positions. */
  clear(): void {
    this.symbols.llama_memory_clear(this.memory, false);
  }

  /** Appends tokens and waits until the logits of the last one lie ready. */
  decode(tokens: Int32Array<ArrayBuffer>): void {
    this.batch[0] = BigInt(tokens.length);
    this.batch[1] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(tokens));
    const status = this.symbols.llama_decode(this.context, this.batchBytes);
    if (status !== 0) {
      throw new WickError("INVALID_STATE", `Cannot decode ${tokens.length} tokens in llama.cpp: ${status}`);
    }
    if (this.symbols.llama_get_logits_ith(this.context, -1) === null) {
      throw new WickError("INVALID_STATE", "Cannot read llama.cpp's logits: there are none");
    }
  }

  /** Gives everything back. */
  [Symbol.dispose](): void {
    this.symbols.llama_free(this.context);
    this.symbols.llama_model_free(this.model);
  }
}

const cString = (value: string) => new TextEncoder().encode(value + "\0");
const text = (pointer: Deno.PointerValue) => Deno.UnsafePointerView.getCString(pointer!);

function find(folder: string, name: RegExp): string {
  for (const entry of Deno.readDirSync(folder)) if (name.test(entry.name)) return `${folder}/${entry.name}`;
  throw new WickError("NOT_FOUND", `Cannot open llama.cpp: expected a file like ${name.source} in ${folder}`);
}
