/**
 * The allocator of a linear memory: address-ordered free blocks that coalesce, best fit. Large blocks begin on
 * page boundaries (64 KiB), so that a big tensor never shares a page with small ones; small ones on 64 bytes.
 *
 * @module
 */

const PAGE = 65536;
const ALIGNMENT = 64;
const LARGE = PAGE;

interface Block {
  start: number;
  end: number;
}

/** Bytes that a block takes: rounded up to the alignment, and never none. */
export function blockBytes(bytes: number, alignment: number = ALIGNMENT): number {
  return Math.max(alignment, roundUp(bytes, alignment));
}

/** Hands out addresses in base .. limit; never touches the memory itself. */
export class Heap {
  private free: Block[];
  private readonly used = new Map<number, number>();
  private usedBytes = 0;

  /**
   * @param base the first address
   * @param limit one past the last address there is now
   * @param grow asked for at least that many more bytes; returns how many came (a multiple of 64), 0 for none
   * @param alignment of small blocks, and what sizes are rounded up to
   */
  constructor(
    base: number,
    private limit: number,
    private readonly grow: (bytes: number) => number,
    private readonly alignment: number = ALIGNMENT,
  ) {
    this.free = limit > base ? [{ start: base, end: limit }] : [];
  }

  /** Bytes handed out, each rounded up to the alignment. */
  get bytes(): number {
    return this.usedBytes;
  }

  /** The number of blocks handed out. */
  get count(): number {
    return this.used.size;
  }

  /** The address of a new block, or -1 where the memory cannot grow enough. */
  allocate(bytes: number): number {
    const size = blockBytes(bytes, this.alignment);
    const alignment = size >= LARGE ? PAGE : this.alignment;
    let index = this.find(size, alignment);
    if (index < 0) {
      if (!this.extend(size + alignment)) return -1;
      index = this.find(size, alignment);
      if (index < 0) return -1;
    }
    return this.take(index, size, alignment);
  }

  /** Gives a block back. */
  release(address: number): void {
    const size = this.used.get(address);
    if (size === undefined) throw new RangeError(`No block begins at ${address}`);
    this.used.delete(address);
    this.usedBytes -= size;
    this.insert({ start: address, end: address + size });
  }

  /** The smallest free block that holds `size` at `alignment`; the lowest of equals. */
  private find(size: number, alignment: number): number {
    let best = -1;
    let bestSize = Infinity;
    for (let i = 0; i < this.free.length; i++) {
      const { start, end } = this.free[i];
      if (end - roundUp(start, alignment) >= size && end - start < bestSize) {
        best = i;
        bestSize = end - start;
      }
    }
    return best;
  }

  private take(index: number, size: number, alignment: number): number {
    const { start, end } = this.free[index];
    const address = roundUp(start, alignment);
    const rest: Block[] = [];
    if (address > start) rest.push({ start, end: address });
    if (end > address + size) rest.push({ start: address + size, end });
    this.free.splice(index, 1, ...rest);
    this.used.set(address, size);
    this.usedBytes += size;
    return address;
  }

  private extend(bytes: number): boolean {
    const tail = this.free.at(-1);
    const have = tail && tail.end === this.limit ? tail.end - tail.start : 0;
    const got = this.grow(Math.max(this.alignment, bytes - have));
    if (got === 0) return false;
    const start = this.limit;
    this.limit += got;
    this.insert({ start, end: this.limit });
    return true;
  }

  private insert(block: Block): void {
    let low = 0;
    let high = this.free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.free[middle].start < block.start) low = middle + 1;
      else high = middle;
    }
    const before = this.free[low - 1];
    const after = this.free[low];
    const joinsBefore = before?.end === block.start;
    const joinsAfter = after?.start === block.end;
    if (joinsBefore && joinsAfter) {
      before.end = after.end;
      this.free.splice(low, 1);
    } else if (joinsBefore) before.end = block.end;
    else if (joinsAfter) after.start = block.start;
    else this.free.splice(low, 0, block);
  }
}

function roundUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
