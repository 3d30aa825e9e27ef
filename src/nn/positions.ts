/**
 * Positions that are added to what a sequence holds; those that turn it are in rotary.ts.
 *
 * @module
 */
import { checkNumber, checkOptions, type ChecksOf } from "../check_options.ts";
import { WickError } from "../error.ts";
import type { Device } from "../device/device.ts";
import { type PlainDtype, storageBytes } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";
import { normal } from "./init.ts";
import { Module } from "./module.ts";
import { type Initial, Parameter } from "./parameter.ts";

/** Options of {@linkcode PositionalEmbedding}. */
export interface PositionalEmbeddingOptions {
  /** First values [normal with deviation 0.02]. */
  initial?: Initial;
}

const checks: ChecksOf<PositionalEmbeddingOptions> = { initial: "function" };

/** Adds a learned row for each position. */
export class PositionalEmbedding extends Module {
  /** [S, C]. */
  readonly weight: Parameter;

  /** For positions below `length`, of C values. */
  constructor(length: number, width: number, options: PositionalEmbeddingOptions = {}) {
    super();
    checkOptions("make a PositionalEmbedding", options, checks);
    this.weight = new Parameter([length, width], options.initial ?? normal(0.02));
  }

  /** x [.., T, C], its first row at `position`: the same. */
  forward(x: Tensor, position = 0): Tensor {
    using rows = rowsOf(this.weight.tensor, x, position);
    return x.add(rows);
  }
}

/** Adds sines and cosines of wavelengths from 2 pi to 10000 * 2 pi (Vaswani et al. 2017): sin in even places. */
export class SinusoidalEmbedding extends Module {
  #table?: Tensor;

  /** For positions below `length`, of C values. */
  constructor(
    /** S. */
    readonly length: number,
    /** C. */
    readonly width: number,
  ) {
    super();
    for (const [name, value] of Object.entries({ length, width })) {
      checkNumber("make a SinusoidalEmbedding", name, value, { from: 0, whole: true });
    }
  }

  /** x [.., T, C], its first row at `position`: the same. */
  forward(x: Tensor, position = 0): Tensor {
    using rows = rowsOf(this.#tableOn(x.device), x, position);
    using given = rows.to(x.dtype as PlainDtype);
    return x.add(given);
  }

  #tableOn(device: Device): Tensor {
    if (this.#table?.device === device) return this.#table;
    this.#table?.dispose();
    return this.#table = waves(device, this.length, this.width);
  }

  /** Gives the table's memory back. */
  override [Symbol.dispose](): void {
    this.#table?.dispose();
    this.#table = undefined;
  }
}

function rowsOf(table: Tensor, x: Tensor, position: number): Tensor {
  const rows = x.shape.at(-2) ?? 1;
  if (position + rows > table.shape[0]) {
    throw new WickError(
      "INDEX_OUT_OF_RANGE",
      `Cannot add positions ${position} to ${position + rows - 1} to ${x}: there are ${table.shape[0]}`,
    );
  }
  return table.narrow(0, position, rows);
}

function waves(device: Device, length: number, width: number): Tensor {
  const values = Float32Array.from({ length: length * width }, (_, at) => {
    const [p, i] = [Math.floor(at / width), at % width];
    const angle = p * 10000 ** (-(i - i % 2) / width);
    return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  const table = new Tensor(device.allocate(storageBytes("f32", [length, width])), "f32", [length, width]);
  device.write(table.storage, 0, new Uint8Array(values.buffer));
  return table;
}
