/**
 * Rows of the float matmul family.
 *
 * @module
 */
import { input, type Kernel, type OperandDtype, output, type Sizes } from "../kernel.ts";

/** A group of packed panels of b, and a block of a where its columns lie apart (assembly/matmul_f32.ts). */
function scratch({ N, K, aColumn }: Sizes): number {
  const depth = Math.min(K, 256);
  const panels = Math.min(Math.ceil(N / 8), 16);
  return 4 * depth * (8 * panels + (aColumn === 1 ? 0 : 48));
}

function matmul(name: string, dtype: OperandDtype): Kernel {
  return {
    name,
    operands: [
      input("a", "f32", "B0,B1,M,K"),
      input("b", dtype, "B0,B1,K,N"),
      output("y", "f32", "B0,B1,M,N"),
    ],
    scratch,
    params: {
      B0: "i32",
      B1: "i32",
      N: "i32",
      K: "i32",
      aBatch0: "i32",
      aBatch1: "i32",
      aRow: "i32",
      aColumn: "i32",
      bBatch0: "i32",
      bBatch1: "i32",
      bRow: "i32",
      bColumn: "i32",
    },
    cells: { M: "i32" },
    gradient: ["matmul_f32"],
    tolerance: 1e-6,
  };
}

/**
 * y[i, j, m, n] = sum over k of a[i, j, m, k] b[i, j, k, n]; a and b with any strides in elements (0 repeats),
 * b's row counting k. y is contiguous and neither a nor b.
 */
export const matmul_f32: Kernel = matmul("matmul_f32", "f32");

/** matmul_f32 with b in f16. */
export const matmul_f32_f16: Kernel = matmul("matmul_f32_f16", "f16");

/** matmul_f32 with b in bf16. */
export const matmul_f32_bf16: Kernel = matmul("matmul_f32_bf16", "bf16");
