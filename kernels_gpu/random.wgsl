// Random numbers as a function of their place: Philox 4x32-10 (Salmon et al., 2011) with counter (group, n, 0, 0).

fn philox(group: u32) -> vec4<u32> {
  var counter = vec4<u32>(group, bitcast<u32>(cell_n()), 0u, 0u);
  var key = vec2<u32>(bitcast<u32>(row.key0), bitcast<u32>(row.key1));
  for (var round = 0; round < 10; round++) {
    let a = multiply(0xd2511f53u, counter.x);
    let b = multiply(0xcd9e8d57u, counter.z);
    counter = vec4<u32>(b.y ^ counter.y ^ key.x, b.x, a.y ^ counter.w ^ key.y, a.x);
    key += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return counter;
}

/// In [0, 1), by 2^-24.
fn unit(word: u32) -> f32 { return f32(word >> 8u) * 5.9604644775e-8; }

fn uniform_at(i: i32) -> f32 { return unit(philox(u32(i) / 4u)[i % 4]); }

/// word range >> 32, range as an unsigned word.
fn integer_at(i: i32, range: i32) -> i32 {
  return bitcast<i32>(multiply(philox(u32(i) / 4u)[i % 4], bitcast<u32>(range)).y);
}

/// Box and Muller: r cos a of the first word of a pair, then r sin a.
fn normal_at(i: i32) -> f32 {
  let words = philox(u32(i) / 4u);
  let pair = select(words.xy, words.zw, i % 4 >= 2);
  let r = sqrt(-2.0 * exact_log(unit(pair.x) + 5.9604644775e-8));
  return r * turned(6.2831853072 * unit(pair.y), select(1u, 0u, i % 2 == 1));
}
