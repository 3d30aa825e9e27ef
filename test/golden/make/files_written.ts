/**
 * Writes what Wick can write of the tensors in test/golden/files/expected.json, for files_read_back.py.
 *
 * `deno run -A test/golden/make/files_written.ts FOLDER`
 *
 * @module
 */
import { writeNpz } from "../../../src/formats/npz.ts";
import { npyTypes } from "../../../src/formats/npy_header.ts";
import { writeSafetensors } from "../../../src/formats/safetensors_writer.ts";
import { goldenTensors, readable } from "../../formats/file_golden.ts";

const [folder] = Deno.args;
for (const name of [...readable(".safetensors"), ...readable(".npz")]) {
  const tensors = goldenTensors(name);
  Deno.writeFileSync(`${folder}/${name}.safetensors`, writeSafetensors(tensors, { from: name }));
  const plain = tensors.filter(({ dtype }) => dtype in npyTypes);
  for (const method of ["stored", "deflate"] as const) {
    Deno.writeFileSync(`${folder}/${name}.${method}.npz`, await writeNpz(plain, { method }));
  }
}
