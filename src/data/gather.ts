/**
 * The items of a batch by column.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { type Column, type Columns, type Dataset, type Field, isDataset } from "./dataset.ts";
import { type Part, putTogether, takenOf } from "./part.ts";

/** The values of a batch by column, listed or by name. */
export interface Parts {
  readonly listed: boolean;
  readonly named: readonly (readonly [name: string, part: Part])[];
}

/** Takes the items of these numbers; those of a dataset are asked for together. */
export async function gather(data: Dataset<object> | Columns, indices: Int32Array): Promise<Parts> {
  if (isDataset(data)) return together(await Promise.all(Array.from(indices, (i) => data.get(i))));
  const named = Object.entries<Column>(data as Record<string, Column>)
    .map(([name, column]) => [name, takenOf(name, column, indices)] as const);
  return { listed: Array.isArray(data), named };
}

function together(items: readonly object[]): Parts {
  for (const item of items) checkItem(item, items[0]);
  const named = Object.keys(items[0]).map((name) => {
    const fields = (items as Record<string, Field>[]).map((item) => item[name]);
    return [name, putTogether(name, fields)] as const;
  });
  return { listed: Array.isArray(items[0]), named };
}

/** Items must have the same fields. */
function checkItem(item: unknown, first: object): void {
  const what = fieldsOf(item);
  if (what === undefined || what === "") {
    const message =
      "Cannot load batches: an item must be its values, listed as [x, y] or named as { x, y }, got " +
      (what === undefined ? item === null ? "null" : typeof item : "none");
    throw new WickError("INVALID_ARGUMENT", message, { param: "get" });
  }
  if (what === fieldsOf(first)) return;
  const message = `Cannot load batches: items must have the same values, got ${fieldsOf(first)} and ${what}`;
  throw new WickError("INVALID_ARGUMENT", message, { param: "get" });
}

function fieldsOf(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null || ArrayBuffer.isView(item)) return undefined;
  return Object.keys(item).sort().join(", ");
}
