/**
 * Rewrites a kernel's source for the release builds: a vector of one number, `f32x4.splat(0.5)`, becomes a load from
 * read-only memory. V8 builds a vector constant anew at each use, in three instructions; a load from an address that
 * is known when it compiles is one, and needs no check of bounds (exp of a vector: 1.95 to 1.03 ns an element, Zen 4,
 * 2026-11-23). Lines stay where they are. Zero stays as it is: an instruction without memory makes it.
 *
 * @module
 */

/** Types of a vector's lanes: what `memory.data` calls them, and how many there are. */
const lanes: Record<string, { type: string; count: number }> = {
  f32x4: { type: "f32", count: 4 },
  i32x4: { type: "u32", count: 4 },
  f64x2: { type: "f64", count: 2 },
};

const splat =
  /\b(f32x4|i32x4|f64x2)\.splat\((?:<i32> )?(-?(?:0x[0-9a-f]+|[0-9][0-9.]*(?:e-?[0-9]+)?|Infinity))\)/g;

/** The source with its vector constants in read-only memory. */
export function staticConstants(source: string): string {
  const names = new Map<string, string>();
  const text = source.replaceAll(splat, (whole, vector: string, value: string) => {
    if (Number(value) === 0) return whole;
    const { type, count } = lanes[vector];
    const element = type === "u32" && value.startsWith("-") ? String(Number(value) >>> 0) : value;
    const data = `memory.data<${type}>([${new Array(count).fill(element).join(", ")}], 16)`;
    if (!names.has(data)) names.set(data, `CONSTANT_${names.size}`);
    return `v128.load(${names.get(data)})`;
  });
  return [...names].map(([data, name]) => `const ${name}: usize = ${data}; `).join("") + text;
}
