/**
 * The page at `/`.
 *
 * @module
 */

/** The page. */
export function page(): Response {
  return new Response("todo");
}
