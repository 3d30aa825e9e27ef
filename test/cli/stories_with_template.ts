/**
 * The embedded model with a chat template in its header, for tests of conversations that stories do not end.
 *
 * @module
 */
import { repositoryPath } from "../shared.ts";

const KEY = "tokenizer.chat_template";
const TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n\n{% endfor %}";
/** Bytes of a GGUF file before its metadata, and where they count its pairs. */
const START = 24, COUNT = 16;
const STRING_TYPE = 8;
const ALIGNMENT = 32;

/** Writes the model into a folder and gives its path. */
export async function storiesWithTemplate(folder: string): Promise<string> {
  const model = await Deno.readFile(repositoryPath("models/wick-stories.gguf"));
  const count = new DataView(model.buffer, COUNT);
  count.setBigUint64(0, count.getBigUint64(0, true) + 1n, true);
  const fixed = 8 + KEY.length + 4 + 8 + TEMPLATE.length + "{##}".length;
  const padding = " ".repeat((ALIGNMENT - fixed % ALIGNMENT) % ALIGNMENT); // the weights stay aligned
  const value = `${TEMPLATE}{#${padding}#}`;
  const pair = new Uint8Array(fixed + padding.length);
  const view = new DataView(pair.buffer);
  view.setBigUint64(0, BigInt(KEY.length), true);
  pair.set(new TextEncoder().encode(KEY), 8);
  view.setUint32(8 + KEY.length, STRING_TYPE, true);
  view.setBigUint64(12 + KEY.length, BigInt(value.length), true);
  pair.set(new TextEncoder().encode(value), 20 + KEY.length);
  const path = `${folder}/stories-chat.gguf`;
  await Deno.writeFile(path, new Blob([model.subarray(0, START), pair, model.subarray(START)]).stream());
  return path;
}
