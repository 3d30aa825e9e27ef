// Random numbers from Philox 4x32-10 (Salmon et al., SC 2011; src/tensor/philox.ts), a pure function of their place:
//
//   element i of draw n has word i mod 4 of philox(counter (i / 4, n, 0, 0), key (key0, key1));  u = (word >> 8) / 2^24
//
//   random_uniform   y = low + (high - low) u
//   random_normal    y = mean + deviation z, z by Box and Muller of words (0, 1) and (2, 3):
//                    z0 = r cos a, z1 = r sin a,  r = sqrt(-2 log(u0 + 2^-24)),  a = 2 pi u1
//   random_integer   y = low + (word range >> 32), range from 1 to 2^32 - 1 (Lemire 2019, without its rejection: a value is
//                    at most range / 2^32 more likely than another)
//   dropout          y = x / (1 - rate) where u >= rate, else 0; the same call on dy is the backward
//
//   x, y [T, C] f32 (of random_integer i32), contiguous; y may be x
//
// Cost: 10 rounds of two 64-bit products for four elements, bound by them; a sine and a cosine for two of the normal
// ones. Accuracy: uniform numbers, integers and masks are exact, normal ones to 2e-6 (tested). Parts divide the fours.

import { cell, integer, pointer, real, share } from "./common/args";
import { loadPart, storePart } from "./common/partial";
import { cos4, log4, Natural, sin4 } from "./common/elementary";

const TURN: f32 = 6.2831853072; // 2 pi

/** args: y | C, key0, key1, low, high | T, n (cells) */
export function random_uniform_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 6) * integer(args, 1), fours = (count + 3) >> 2, end = share(fours, part + 1, parts);
  const low = f32x4.splat(real(args, 4)), width = f32x4.splat(real(args, 5) - real(args, 4)), n = cell(args, 7);
  for (let b = share(fours, part, parts); b < end; b++) {
    const u = unit4(philox(b, n, integer(args, 2), integer(args, 3)));
    storePart(pointer(args, 0) + (<usize> b << 4), f32x4.add(low, f32x4.mul(width, u)), count - (b << 2));
  }
}

/** args: y | C, key0, key1, mean, deviation | T, n (cells) */
export function random_normal_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 6) * integer(args, 1), fours = (count + 3) >> 2, end = share(fours, part + 1, parts);
  const mean = f32x4.splat(real(args, 4)), deviation = f32x4.splat(real(args, 5)), n = cell(args, 7);
  for (let b = share(fours, part, parts); b < end; b++) {
    const z = normal4(unit4(philox(b, n, integer(args, 2), integer(args, 3))));
    storePart(pointer(args, 0) + (<usize> b << 4), f32x4.add(mean, f32x4.mul(deviation, z)), count - (b << 2));
  }
}

/** args: y | C, key0, key1, low, range | T, n (cells) */
export function random_integer_i32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 6) * integer(args, 1), fours = (count + 3) >> 2, end = share(fours, part + 1, parts);
  const low = i64x2.splat(<i64> integer(args, 4)), range = i32x4.splat(integer(args, 5)), n = cell(args, 7);
  for (let b = share(fours, part, parts); b < end; b++) {
    const words = philox(b, n, integer(args, 2), integer(args, 3));
    const first = i64x2.add(low, i64x2.shr_u(i64x2.extmul_low_i32x4_u(words, range), 32));
    const second = i64x2.add(low, i64x2.shr_u(i64x2.extmul_high_i32x4_u(words, range), 32));
    const drawn = v128.shuffle<i32>(first, second, 0, 2, 4, 6);
    storePart(pointer(args, 0) + (<usize> b << 4), drawn, count - (b << 2));
  }
}

/** args: x, y | C, key0, key1, rate | T, n (cells) */
export function dropout_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 6) * integer(args, 2), fours = (count + 3) >> 2, end = share(fours, part + 1, parts);
  const rate = f32x4.splat(real(args, 5)), scale = f32x4.splat(<f32> 1 / (<f32> 1 - real(args, 5))), n = cell(args, 7);
  for (let b = share(fours, part, parts); b < end; b++) {
    const at = <usize> b << 4, left = count - (b << 2);
    const kept = f32x4.ge(unit4(philox(b, n, integer(args, 3), integer(args, 4))), rate);
    storePart(pointer(args, 1) + at, v128.and(f32x4.mul(loadPart(pointer(args, 0) + at, left), scale), kept), left);
  }
}

/** The four words of counter (block, n, 0, 0). */
function philox(block: u32, n: u32, key0: u32, key1: u32): v128 {
  let x0 = block, x1 = n, x2: u32 = 0, x3: u32 = 0;
  for (let round = 0; round < 10; round++) {
    const a = <u64> x0 * 0xd2511f53, b = <u64> x2 * 0xcd9e8d57;
    x0 = <u32> (b >> 32) ^ x1 ^ key0;
    x1 = <u32> b;
    x2 = <u32> (a >> 32) ^ x3 ^ key1;
    x3 = <u32> a;
    key0 += 0x9e3779b9, key1 += 0xbb67ae85;
  }
  let words = i32x4.splat(x0);
  words = i32x4.replace_lane(words, 1, x1);
  words = i32x4.replace_lane(words, 2, x2);
  return i32x4.replace_lane(words, 3, x3);
}

/** Words to multiples of 2^-24 in [0, 1). */
// @ts-ignore: decorator
@inline
function unit4(words: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(words, 8)), f32x4.splat(5.9604644775390625e-8));
}

function normal4(u: v128): v128 {
  const logs = log4<Natural>(f32x4.add(u, f32x4.splat(5.9604644775390625e-8)));
  const r = f32x4.sqrt(f32x4.mul(f32x4.splat(-2), logs));
  const angle = f32x4.mul(v128.shuffle<f32>(u, u, 1, 1, 3, 3), f32x4.splat(TURN));
  const way = v128.shuffle<f32>(cos4(angle), sin4(angle), 0, 5, 2, 7);
  return f32x4.mul(v128.shuffle<f32>(r, r, 0, 0, 2, 2), way);
}
