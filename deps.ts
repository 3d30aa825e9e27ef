/**
 * Third-party imports of the serving and text layers, versions pinned. The core (tensor, device, quant, nn)
 * imports none of them.
 *
 * @module
 */
export { Hono } from "npm:hono@4.13.19";
export type { Context } from "npm:hono@4.13.19";
export { cors } from "npm:hono@4.13.19/cors";
