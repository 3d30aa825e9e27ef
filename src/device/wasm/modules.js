// @ts-self-types="./modules.d.ts"
// The compiled kernels, as WebAssembly.Module: source-phase imports run in Deno and in workerd, which forbids
// compiling at run time. TypeScript does not know the syntax, so it stands here.
import source relaxed from "./relaxed.wasm";
import source simd from "./simd.wasm";

export { relaxed, simd };
