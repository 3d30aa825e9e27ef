/**
 * The Worker of the route suite: the server with a fake model.
 *
 * @module
 */
import "../../src/entry/workerd.ts";
import { wick } from "../../src/serve/mod.ts";
import { FakeModel } from "../serve/fake_model.ts";
import { hostOptions } from "../serve/host_options.ts";

export default wick({ models: { fake: new FakeModel() }, ...hostOptions });
