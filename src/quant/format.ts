/**
 * What a GGML block format is: a row of a quantized matrix is a run of blocks, and a block holds a fixed number of
 * consecutive values in a fixed number of bytes. Each format is one small module of this folder.
 *
 * @module
 */

/** The block formats that Wick reads, named as dtypes. */
export type BlockDtype =
  | "q4_0"
  | "q4_1"
  | "q5_0"
  | "q5_1"
  | "q8_0"
  | "q2_k"
  | "q3_k"
  | "q4_k"
  | "q5_k"
  | "q6_k"
  | "iq4_nl"
  | "mxfp4";

/** A field of a block, which interleaving cuts into granules of 1, 2 or 4 bytes. All in bytes. */
export interface BlockField {
  readonly offset: number;
  readonly size: number;
  readonly granule: 1 | 2 | 4;
}

/** A GGML block format. */
export interface BlockFormat {
  readonly dtype: BlockDtype;
  /** As GGML spells it. */
  readonly name: string;
  /** Values in a block. */
  readonly block: number;
  /** Bytes in a block. */
  readonly bytes: number;
  /** The fields in order; they tile the block. */
  readonly fields: readonly BlockField[];
  /** Writes the values of whole blocks (as they lie in a file) to `out`; the bits are ggml's. */
  dequantize(blocks: Uint8Array, out: Float32Array): void;
}

/** One block: reads at byte `at`, writes `block` values from index `to` on. */
export type DequantizeBlock = (view: DataView, at: number, out: Float32Array, to: number) => void;

/** Makes a format of its description; `fields` gives (size, granule) in order. */
export function blockFormat(
  name: string,
  block: number,
  fields: readonly (readonly [size: number, granule: 1 | 2 | 4])[],
  dequantizeBlock: DequantizeBlock,
): BlockFormat {
  let bytes = 0;
  const placed = fields.map(([size, granule]) => {
    const offset = bytes;
    bytes += size;
    return { offset, size, granule };
  });
  return {
    dtype: name.toLowerCase() as BlockDtype,
    name,
    block,
    bytes,
    fields: placed,
    dequantize(blocks: Uint8Array, out: Float32Array): void {
      const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
      const count = blocks.byteLength / bytes;
      for (let b = 0; b < count; b++) dequantizeBlock(view, b * bytes, out, b * block);
    },
  };
}
