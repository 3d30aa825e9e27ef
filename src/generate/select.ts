/**
 * Selection by mass: the smallest set of best entries whose weights reach a target, without sorting.
 *
 * @module
 */

/** Numbers by entry. */
export type Numbers = Float32Array | Float64Array;

/**
 * The last of the best entries, by descending key and then ascending index, whose weights together reach
 * `target` > 0; the very last entry where all together do not. Hoare's quickselect over sums: linear time on
 * average.
 *
 * @param order room for `count` indices.
 */
export function selectMass(
  keys: Numbers,
  weights: Float64Array,
  count: number,
  target: number,
  order: Int32Array,
): number {
  for (let i = 0; i < count; i++) order[i] = i;
  let low = 0, high = count - 1, last = 0;
  while (low <= high) {
    const middle = partition(keys, order, low, high);
    last = order[middle];
    let mass = 0;
    for (let i = low; i < middle; i++) mass += weights[order[i]];
    if (mass >= target) high = middle - 1;
    else if (mass + weights[last] >= target) return last;
    else {
      target -= mass + weights[last];
      low = middle + 1;
    }
  }
  return last;
}

/** Moves what is better than the middle entry of order[low..high] before it; returns its new place. */
function partition(keys: Numbers, order: Int32Array, low: number, high: number): number {
  const middle = (low + high) >> 1;
  const pivot = order[middle], pivotKey = keys[pivot];
  order[middle] = order[high];
  let place = low;
  for (let i = low; i < high; i++) {
    const entry = order[i], key = keys[entry];
    if (key > pivotKey || (key === pivotKey && entry < pivot)) {
      order[i] = order[place];
      order[place++] = entry;
    }
  }
  order[high] = order[place];
  order[place] = pivot;
  return place;
}
