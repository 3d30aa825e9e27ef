/**
 * Rewrites a kernel's source for the debug build: the address of each load and store passes through
 * `checked(address, offset, bytes)` of assembly/debug.ts. Lines stay where they are, so an abort names the
 * line of the kernel.
 *
 * @module
 */

/** What an abort says, with the kernel's file and line. */
const REASON = "access outside the operands of the row";

/** Bytes that each vector access touches. */
const vectorBytes: Record<string, string> = {
  load: "16",
  store: "16",
  load8_splat: "1",
  load16_splat: "2",
  load32_splat: "4",
  load64_splat: "8",
  load32_zero: "4",
  load64_zero: "8",
  load8x8_s: "8",
  load8x8_u: "8",
  load16x4_s: "8",
  load16x4_u: "8",
  load32x2_s: "8",
  load32x2_u: "8",
  load8_lane: "1",
  load16_lane: "2",
  load32_lane: "4",
  load64_lane: "8",
  store8_lane: "1",
  store16_lane: "2",
  store32_lane: "4",
  store64_lane: "8",
};

const call = /\b(?:v128\.((?:load|store)\w*)|(load|store)<(\w+)>)\(/g;

/** The source with checked accesses. Row words and cells are read through common/args.ts, which stays as it is. */
export function checkedSource(name: string, source: string): string {
  if (name.endsWith("common/args.ts") || name.endsWith("/program.ts")) return source;
  const text = rewrite(source);
  if (text === source) return source;
  const depth = name.split("/").length - 2;
  return `import { checked } from "${"../".repeat(depth) || "./"}debug"; ${text}`;
}

function rewrite(source: string): string {
  let out = "";
  let from = 0;
  for (const match of source.matchAll(call)) {
    if (match.index < from || inComment(source, match.index)) continue;
    const open = match.index + match[0].length;
    const args = splitArguments(source, open);
    const bytes = match[1] ? vectorBytes[match[1]] : `sizeof<${match[3]}>()`;
    if (bytes === undefined) throw new Error(`checked_memory: v128.${match[1]} is not known`);
    const stored = (match[1] ?? match[2]).startsWith("store") || match[1]?.endsWith("_lane");
    const offset = args.parts[stored ? 2 : 1]?.trim() ?? "0";
    const laneOffset = match[1]?.endsWith("_lane") ? args.parts[3]?.trim() ?? "0" : offset;
    out += source.slice(from, open);
    out += `assert(checked(${rewrite(args.parts[0])}, ${laneOffset}, ${bytes}), "${REASON}")`;
    for (const part of args.parts.slice(1)) out += "," + rewrite(part);
    from = args.end;
  }
  return out + source.slice(from);
}

function inComment(source: string, index: number): boolean {
  const line = source.slice(source.lastIndexOf("\n", index) + 1, index);
  return line.includes("//") || line.trimStart().startsWith("*") || line.trimStart().startsWith("/*");
}

/** The arguments from `open` on (just after the parenthesis), and where the closing parenthesis stands. */
function splitArguments(source: string, open: number): { parts: string[]; end: number } {
  const parts: string[] = [];
  let depth = 0;
  let from = open;
  for (let i = open; i < source.length; i++) {
    const c = source[i];
    if (c === "(" || c === "[") depth++;
    else if (c === "]" || (c === ")" && depth > 0)) depth--;
    else if (c === "," && depth === 0) {
      parts.push(source.slice(from, i));
      from = i + 1;
    } else if (c === ")") {
      const last = source.slice(from, i);
      if (last.trim() !== "") parts.push(last); // a trailing comma ends in nothing
      return { parts, end: i };
    }
  }
  throw new Error("checked_memory: unbalanced parentheses");
}
