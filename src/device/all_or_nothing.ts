/**
 * Making what consists of several parts that hold memory.
 *
 * @module
 */

/** Makes a whole, and takes note of its parts one by one; where it throws, those that were made go. */
export function allOrNothing<Whole>(
  make: (part: <Part extends Disposable>(made: Part) => Part) => Whole,
): Whole {
  const parts: Disposable[] = [];
  try {
    return make((made) => {
      parts.push(made);
      return made;
    });
  } catch (error) {
    for (const part of parts) part[Symbol.dispose]();
    throw error;
  }
}
