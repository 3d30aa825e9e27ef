/**
 * A map that forgets.
 *
 * @module
 */

/**
 * Keeps what was asked for among the last `size` different keys, and at most twice as many values: when so many are
 * young, those that were not asked for since the last time go.
 */
export class Recent<Key, Value> {
  private young = new Map<Key, Value>();
  private old = new Map<Key, Value>();

  /** An empty map; `dropped` is told what goes. */
  constructor(private readonly size: number, private readonly dropped: (value: Value) => void = () => {}) {}

  /** How many values are held. */
  get held(): number {
    return this.young.size + this.old.size;
  }

  /** The value of a key, which counts as asked for. */
  get(key: Key): Value | undefined {
    const young = this.young.get(key);
    if (young !== undefined) return young;
    const old = this.old.get(key);
    if (old !== undefined) {
      this.old.delete(key);
      this.set(key, old);
    }
    return old;
  }

  /** Adds the value of a key that has none. */
  set(key: Key, value: Value): void {
    this.young.set(key, value);
    if (this.young.size < this.size) return;
    for (const gone of this.old.values()) this.dropped(gone);
    this.old = this.young;
    this.young = new Map();
  }
}
