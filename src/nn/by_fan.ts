/**
 * What layers draw their first values from.
 *
 * @module
 */
import { uniform } from "./init.ts";
import type { Initial } from "./parameter.ts";

/**
 * Uniform in +-sqrt(gain / fan), as layers draw. The fan is looked at where values are drawn: by then the shapes that it
 * comes from have been checked, and an extent that is none was told as such.
 */
export function uniformByFan(fan: number, gain = 1): Initial {
  return (generator, shape) => uniform(Math.sqrt(gain / fan))(generator, shape);
}
