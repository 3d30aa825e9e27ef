/**
 * What check rows found: they run before the rows that they guard, and cannot throw.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Storage } from "./device.ts";
import { Recent } from "./recent.ts";

/** A fault is three words: the number of the check (0: nothing was found), the place in its indices, the value. */
export const FAULT_BYTES = 12;

/** How many different checks come before one is forgotten: a GPU tells a fault at the next read. */
const KEPT = 1024;

/** A check of indices, as its error tells it. */
interface Site {
  readonly action: string;
  readonly shape: readonly number[];
  readonly limit: number;
}

/** A device's fault: the first that check rows found since it was cleared, and what each check was of. */
export class Faults {
  private readonly sites = new Map<number, Site>();
  private readonly numbers = new Recent<string, number>(KEPT, (number) => this.sites.delete(number));
  private last = 0;

  /** A fault in `storage`, FAULT_BYTES bytes that are 0 and never freed. */
  constructor(
    /** Where check rows report. */
    readonly storage: Storage,
  ) {}

  /** Whether there was any check yet. */
  get watched(): boolean {
    return this.last > 0;
  }

  /** How many checks are told apart. */
  get known(): number {
    return this.sites.size;
  }

  /**
   * The number by which a check row reports: indices of `shape` in 0 .. limit - 1, for what `action` says. It is known
   * until many others came.
   */
  site(action: string, shape: readonly number[], limit: number): number {
    const key = `${action} ${shape} ${limit}`;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.keptSite(action, shape, limit);
      this.numbers.set(key, number);
    }
    return number;
  }

  /** The same for a Program: known until `forget`. */
  keptSite(action: string, shape: readonly number[], limit: number): number {
    this.sites.set(++this.last, { action, shape, limit });
    return this.last;
  }

  /** A number that no row reports by any longer. */
  forget(number: number): void {
    this.sites.delete(number);
  }

  /** The error of what was found, if anything was. */
  error(found: Uint8Array<ArrayBuffer>): WickError | undefined {
    const [number, place, value] = new Int32Array(found.buffer, found.byteOffset, FAULT_BYTES / 4);
    if (number === 0) return undefined;
    const site = this.sites.get(number);
    if (!site) {
      return new WickError(
        "INDEX_OUT_OF_RANGE",
        `An index was out of range: got ${value} at place ${place}`,
        {
          param: "index",
        },
      );
    }
    const { action, shape, limit } = site;
    const at = coordinates(place, shape);
    return new WickError(
      "INDEX_OUT_OF_RANGE",
      `Cannot ${action}: indices must be in 0 .. ${limit - 1}, got ${value} at [${at}]`,
      { param: "index" },
    );
  }
}

function coordinates(place: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  for (let d = shape.length - 1, rest = place; d >= 0; d--) {
    at.unshift(rest % shape[d]);
    rest = Math.floor(rest / shape[d]);
  }
  return at;
}
