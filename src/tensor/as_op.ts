/**
 * Ops as a caller sees them: each gives its result or nothing, and its errors name it.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Tensor } from "./tensor.ts";

/** What the op that a caller called has made so far. */
let made: Tensor[] | undefined;

/**
 * Runs an op that callers know as `name`; the ops that it is composed of are part of it. Where it throws, all that it
 * made so far goes, whether a scope would have taken it or not, and the error says what was called.
 */
export function asOp<T>(name: string, compute: () => T): T {
  if (made) return compute();
  const own: Tensor[] = made = [];
  try {
    const value = compute();
    if (value instanceof Promise) return value.catch((error) => fail(name, error, own)) as T;
    return value;
  } catch (error) {
    return fail(name, error, own);
  } finally {
    made = undefined;
  }
}

/** Makes ops of all methods of a class but `others`, each under its own name. */
export function methodsAsOps(prototype: object, others: ReadonlySet<string>): void {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const { value: method } = property;
    if (typeof method !== "function" || others.has(name)) continue;
    const value = function (this: unknown, ...args: unknown[]): unknown {
      return made ? method.apply(this, args) : asOp(name, () => method.apply(this, args));
    };
    Object.defineProperty(prototype, name, { ...property, value });
  }
}

/** Notes what an op makes; what is kept for later ops is none of it. */
export function making(x: Tensor): Tensor {
  made?.push(x);
  return x;
}

function fail(name: string, error: unknown, own: readonly Tensor[]): never {
  for (const x of own) x.dispose();
  throw error instanceof WickError ? naming(name, error) : error;
}

/** The error, with the op that was called in front where it does not say that itself. */
function naming(name: string, error: WickError): WickError {
  const { code, message, param } = error;
  const [action] = message.split(": ", 1);
  if (new RegExp(`\\b${name}\\b`).test(action)) return error;
  const inner = message.replace(/^Cannot/, "cannot");
  return new WickError(code, `Cannot ${name}: ${inner}`, { param, cause: error });
}
