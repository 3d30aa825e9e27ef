// How f32 values are stored: classes whose methods a generic function takes by its type argument,
// changetype<T>(0).load4(p), so that one loop serves every storage type and nothing is decided at run time.

import { brainToFloat4, halfToFloat4 } from "./half";

// @ts-ignore: decorator
@unmanaged
export class F32 {
  /** Bytes of an element, as a power of two. */
  // @ts-ignore: decorator
  @inline
  shift(): usize {
    return 2;
  }

  // @ts-ignore: decorator
  @inline
  load1(p: usize): f32 {
    return load<f32>(p);
  }

  // @ts-ignore: decorator
  @inline
  load4(p: usize): v128 {
    return v128.load(p);
  }
}

// @ts-ignore: decorator
@unmanaged
export class F16 {
  // @ts-ignore: decorator
  @inline
  shift(): usize {
    return 1;
  }

  // @ts-ignore: decorator
  @inline
  load1(p: usize): f32 {
    return f32x4.extract_lane(halfToFloat4(i16x8.splat(load<i16>(p))), 0);
  }

  // @ts-ignore: decorator
  @inline
  load4(p: usize): v128 {
    return halfToFloat4(v128.load64_zero(p));
  }
}

// @ts-ignore: decorator
@unmanaged
export class BF16 {
  // @ts-ignore: decorator
  @inline
  shift(): usize {
    return 1;
  }

  // @ts-ignore: decorator
  @inline
  load1(p: usize): f32 {
    return reinterpret<f32>(<u32> load<u16>(p) << 16);
  }

  // @ts-ignore: decorator
  @inline
  load4(p: usize): v128 {
    return brainToFloat4(v128.load64_zero(p));
  }
}
