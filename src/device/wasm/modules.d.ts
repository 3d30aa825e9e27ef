/** The kernels with relaxed SIMD. */
export declare const relaxed: WebAssembly.Module;
/** The kernels with plain SIMD. */
export declare const simd: WebAssembly.Module;
