/**
 * Weights from a GGUF file into device memory: allocated first, so that a model can be built and checked over
 * them, then filled while the file streams by. A file is never held twice: plain tensors go straight to their
 * place, blocks through a window of 1 to 4 MB from which they are interleaved.
 *
 * @module
 */
import type { Device, Storage } from "../device/device.ts";
import { interleave_rows, interleaveParams } from "../device/kernels/repack.ts";
import { throwIfAborted, WickError } from "../error.ts";
import { tensorNamed } from "../formats/file_tensor.ts";
import type { Gguf, TensorInfo } from "../formats/gguf.ts";
import type { BlockDtype, BlockFormat } from "../quant/format.ts";
import { blockFormats, INTERLEAVED_ROWS, rowBytes } from "../quant/formats.ts";
import { type Dtype, isPlain, storageBytes } from "../tensor/dtype.ts";
import { show } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Bytes that wait for their final place: 1 MB, or for long rows up to 4. */
const WINDOW = 1 << 20, LARGEST_WINDOW = 4 << 20;

/** Called as weights arrive. */
export type Progress = (progress: { received: number; total: number }) => void;

/** Tensors of a file with their place in memory, still empty. */
export function allocateWeights(device: Device, gguf: Gguf): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const info of gguf.tensors.values()) {
    const { dtype, shape } = layoutOf(info);
    tensors.set(info.name, new Tensor(device.allocate(storageBytes(dtype, shape)), dtype, shape));
  }
  return tensors;
}

/** Blocks are interleaved over the rows of a matrix; more dimensions count as rows. */
function layoutOf(info: TensorInfo): { dtype: Dtype; shape: readonly number[] } {
  const dtype = info.type.dtype as Dtype;
  if (!isPlain(dtype) && !blockFormats.has(dtype as BlockDtype)) {
    throw new WickError(
      "UNSUPPORTED_TENSOR_TYPE",
      `Cannot load ${tensorNamed(info.name)}: no layout for ${info.type.name}`,
    );
  }
  return { dtype, shape: info.shape };
}

/** Streams the data of all tensors into their places, in the file's order. */
export async function fillWeights(
  gguf: Gguf,
  tensors: ReadonlyMap<string, Tensor>,
  options: { onProgress?: Progress; signal?: AbortSignal } = {},
): Promise<void> {
  const infos = [...gguf.tensors.values()].sort((a, b) => a.shard - b.shard || a.offset - b.offset);
  const total = infos.reduce((sum, i) => sum + i.bytes, 0);
  let received = 0;
  const device = tensors.values().next().value!.device;
  const window = new Window(device);
  for (const source of gguf.sources) source.readAhead?.();
  try {
    for (const info of infos) {
      const tensor = tensors.get(info.name)!;
      for (const piece of pieces(info)) {
        throwIfAborted(options.signal, "load weights");
        if (isPlain(tensor.dtype)) {
          await device.fill(
            tensor.storage,
            piece.start,
            piece.bytes,
            (into) => gguf.read(info, piece.start, into),
          );
        } else await window.pass(gguf, info, tensor, piece);
        received += piece.bytes;
        options.onProgress?.({ received, total });
      }
    }
  } finally {
    window[Symbol.dispose]();
  }
}

interface Piece {
  /** In bytes of the tensor. */
  start: number;
  bytes: number;
}

/** Cuts a tensor into pieces that fit the window; blocks into whole groups of rows. */
function* pieces(info: TensorInfo): Generator<Piece> {
  let step = WINDOW;
  const format = formatOf(info);
  if (format) {
    const group = INTERLEAVED_ROWS * rowBytes(format, info.shape.at(-1)!);
    if (group > LARGEST_WINDOW) {
      throw new WickError(
        "UNSUPPORTED_TENSOR_TYPE",
        `Cannot load ${tensorNamed(info.name)} ${
          show(info.shape)
        }: ${INTERLEAVED_ROWS} of its rows take ${group} ` +
          `bytes, at most ${LARGEST_WINDOW} are supported`,
      );
    }
    step = Math.max(1, Math.floor(WINDOW / group)) * group;
  }
  for (let start = 0; start < info.bytes; start += step) {
    yield { start, bytes: Math.min(step, info.bytes - start) };
  }
}

function formatOf(info: TensorInfo): BlockFormat | undefined {
  return blockFormats.get(info.type.dtype as BlockDtype);
}

/** The staging window, from which rows of blocks are interleaved into their final place. */
class Window implements Disposable {
  private staging?: Storage;

  constructor(private readonly device: Device) {}

  async pass(gguf: Gguf, info: TensorInfo, tensor: Tensor, piece: Piece): Promise<void> {
    const staging = this.#staging(piece.bytes);
    await this.device.fill(staging, 0, piece.bytes, (into) => gguf.read(info, piece.start, into));
    const format = formatOf(info)!;
    const columns = info.shape.at(-1)!;
    this.device.run(
      interleave_rows,
      [{ storage: staging, byteOffset: 0 }, { storage: tensor.storage, byteOffset: piece.start }],
      interleaveParams(format, columns),
      [piece.bytes / rowBytes(format, columns)],
    );
  }

  /** A place for `bytes`: the one that is there, where it is large enough. */
  #staging(bytes: number): Storage {
    if (this.staging && this.staging.bytes >= bytes) return this.staging;
    this.staging?.release();
    this.staging = undefined;
    return this.staging = this.device.allocate(Math.max(bytes, WINDOW));
  }

  [Symbol.dispose](): void {
    this.staging?.release();
  }
}
