import { deepEqual, equal, throws } from "node:assert/strict";
import { WickError, type WickErrorCode } from "../../src/error.ts";
import { readPickle } from "../../src/formats/pickle.ts";
import { PickleGlobal, type PickleValue, type PickleWorld } from "../../src/formats/pickle_machine.ts";
import { opcodes } from "../../src/formats/pickle_opcodes.ts";
import { Random, testSeed } from "../random.ts";
import { below, mutate } from "./gguf_fuzz.ts";

const world: PickleWorld = {
  subject: "the pickle",
  global: (name) => {
    if (name === "math.pair") return new PickleGlobal(name, (args) => [...args].reverse());
    return name === "math.pi" ? new PickleGlobal(name) : undefined;
  },
  persistent: (id) => ["the thing", id],
};

/** Bytes from text (each character a byte) and numbers. */
function pickle(...parts: (string | number)[]): Uint8Array {
  const bytes = parts.flatMap((part) => {
    return typeof part === "number" ? [part] : [...part].map((character) => character.charCodeAt(0));
  });
  return new Uint8Array(bytes);
}

/** pickle.dumps of CPython 3.11, protocol, and what it must read as. */
const dumped: [string, Uint8Array, PickleValue][] = [
  ["None", pickle("\x80\x02N."), null],
  [
    "[1, -1, 255, 65535, 2**31 - 1]",
    pickle("\x80\x02]q\x00(K\x01J\xff\xff\xff\xffK\xffM\xff\xffJ\xff\xff\xff\x7fe."),
    [1, -1, 255, 65535, 2 ** 31 - 1],
  ],
  ["2**40", pickle("\x80\x02\x8a\x06\0\0\0\0\0\x01."), 2 ** 40],
  ["-2**63", pickle("\x80\x02\x8a\x08\0\0\0\0\0\0\0\x80."), -(2n ** 63n)],
  ["2**63", pickle("\x80\x02\x8a\x09\0\0\0\0\0\0\0\x80\0."), 2n ** 63n],
  ["0 as a long", pickle("\x80\x02\x8a\0."), 0],
  ["0.1", pickle("\x80\x02G?\xb9\x99\x99\x99\x99\x99\x9a."), 0.1],
  ["'é'", pickle("\x80\x02X\x02\0\0\0\xc3\xa9q\0."), "é"],
  ["'é', protocol 4", pickle("\x80\x04\x95\x06\0\0\0\0\0\0\0\x8c\x02\xc3\xa9\x94."), "é"],
  ["b'ab', protocol 3", pickle("\x80\x03C\x02abq\0."), new Uint8Array([97, 98])],
  [
    "bytearray(b'a'), protocol 5",
    pickle("\x80\x05\x95\x0b\0\0\0\0\0\0\0\x96\x01\0\0\0\0\0\0\0a\x94."),
    new Uint8Array([97]),
  ],
  ["()", pickle("\x80\x02)."), []],
  [
    "(1, (2, 3), (1, 2, 3, 4))",
    pickle("\x80\x02K\x01K\x02K\x03\x86q\0(K\x01K\x02K\x03K\x04tq\x01\x87q\x02."),
    [1, [2, 3], [1, 2, 3, 4]],
  ],
  [
    "{1: 'a', True: None}",
    pickle("\x80\x02}q\0(K\x01X\x01\0\0\0aq\x01\x88Nu."),
    new Map<PickleValue, PickleValue>([[1, "a"], [true, null]]),
  ],
  ["{1: 2}", pickle("\x80\x02}q\0K\x01K\x02s."), new Map([[1, 2]])],
  ["{1}, protocol 4", pickle("\x80\x04\x95\x07\0\0\0\0\0\0\0\x8f\x94(K\x01\x90."), new Set([1])],
  ["frozenset({1}), protocol 4", pickle("\x80\x04\x95\x06\0\0\0\0\0\0\0(K\x01\x91\x94."), new Set([1])],
  ["[[], the same]", pickle("\x80\x02]q\0(]q\x01h\x01e."), [[], []]],
  ["a call", pickle("\x80\x02cmath\npair\nK\x01K\x02\x86R."), [2, 1]],
  ["a call, protocol 4", pickle("\x80\x04\x8c\x04math\x94\x8c\x04pair\x94\x93K\x01K\x02\x86\x81."), [2, 1]],
  ["a persistent id", pickle("\x80\x02K\x07Q."), ["the thing", 7]],
  ["a dict with attributes", pickle("\x80\x02}}K\x01K\x02sb."), new Map()],
  ["values dropped", pickle("\x80\x02K\x01(K\x02K\x031K\x040(0N0."), 1],
];

for (const [name, bytes, expected] of dumped) {
  Deno.test(`readPickle() reads ${name}`, () => deepEqual(readPickle(bytes, world), expected));
}

/** What is wrong, the bytes, code and message. */
const refused: [string, Uint8Array, WickErrorCode, RegExp][] = [
  [
    "os.system",
    pickle("\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R."),
    "UNKNOWN_FORMAT",
    /at byte 13: .*no code.*global "os\.system"/,
  ],
  [
    "os.system, protocol 4",
    pickle("\x80\x04\x8c\x02os\x8c\x06system\x93."),
    "UNKNOWN_FORMAT",
    /global "os\.system"/,
  ],
  [
    "a dotted name",
    pickle("\x80\x04\x8c\x04math\x8c\x0dpair.__init__\x93."),
    "UNKNOWN_FORMAT",
    /"math\.pair\.__init__"/,
  ],
  ["__proto__", pickle("\x80\x02c__proto__\nconstructor\n."), "UNKNOWN_FORMAT", /"__proto__\.constructor"/],
  ["a call of what is no function", pickle("\x80\x02cmath\npi\n)R."), "UNKNOWN_FORMAT", /a call of math\.pi/],
  ["a call of a number", pickle("\x80\x02K\x01)R."), "CORRUPT_FILE", /must call a function with a tuple/],
  [
    "a call with a number",
    pickle("\x80\x02cmath\npair\nK\x01R."),
    "CORRUPT_FILE",
    /must call a function with a tuple/,
  ],
  ["attributes of a list", pickle("\x80\x02]}b."), "UNKNOWN_FORMAT", /attributes of something/],
  ["INST", pickle("\x80\x02(ios\nsystem\n."), "UNKNOWN_FORMAT", /opcode 0x69/],
  ["OBJ", pickle("\x80\x02(cmath\npair\no."), "UNKNOWN_FORMAT", /opcode 0x6f/],
  ["NEWOBJ_EX", pickle("\x80\x04cmath\npair\n)}\x92."), "UNKNOWN_FORMAT", /opcode 0x92/],
  ["EXT1", pickle("\x80\x02\x82\x01."), "UNKNOWN_FORMAT", /opcode 0x82/],
  ["NEXT_BUFFER", pickle("\x80\x05\x97."), "UNKNOWN_FORMAT", /opcode 0x97/],
  ["protocol 6", pickle("\x80\x06N."), "UNKNOWN_FORMAT", /protocol 6/],
  ["protocol 0", pickle("I1\n."), "UNKNOWN_FORMAT", /opcode 0x49/],
  ["nothing", pickle(), "CORRUPT_FILE", /needs 1 bytes, got 0 to its end/],
  ["an empty stack", pickle("\x80\x02."), "CORRUPT_FILE", /needs a value on its stack/],
  ["two values", pickle("\x80\x02NN."), "CORRUPT_FILE", /must end with its one value/],
  ["an open mark", pickle("\x80\x02(N."), "CORRUPT_FILE", /must end with its one value/],
  ["bytes behind its end", pickle("\x80\x02N.N"), "CORRUPT_FILE", /must end with its one value/],
  ["no mark", pickle("\x80\x02Nt."), "CORRUPT_FILE", /needs a mark/],
  ["an empty memo", pickle("\x80\x02h\x05."), "CORRUPT_FILE", /number 5 of its memo/],
  ["nothing to remember", pickle("\x80\x02q\0."), "CORRUPT_FILE", /needs a value on its stack/],
  ["an append to a tuple", pickle("\x80\x02)K\x01a."), "CORRUPT_FILE", /must append to a list/],
  ["an append to a dict", pickle("\x80\x02}(K\x01e."), "CORRUPT_FILE", /must append to a list/],
  ["an item of a list", pickle("\x80\x02]K\x01K\x02s."), "CORRUPT_FILE", /pairs of a dict/],
  ["half a pair", pickle("\x80\x02}(K\x01u."), "CORRUPT_FILE", /pairs of a dict/],
  ["a member of a list", pickle("\x80\x04](K\x01\x90."), "CORRUPT_FILE", /add to a set/],
  [
    "text of 2^32 - 1 bytes",
    pickle("\x80\x02X\xff\xff\xff\xffa."),
    "CORRUPT_FILE",
    /needs 4294967295 bytes, got 2/,
  ],
  [
    "text of 2^64 - 1 bytes",
    pickle("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff."),
    "CORRUPT_FILE",
    /got 1 to its end/,
  ],
  ["text that is no UTF-8", pickle("\x80\x02X\x01\0\0\0\xff."), "CORRUPT_FILE", /valid UTF-8/],
  ["half a surrogate pair", pickle("\x80\x02X\x03\0\0\0\xed\xa0\x80."), "CORRUPT_FILE", /valid UTF-8/],
  [
    "an integer of 65 bytes",
    pickle("\x80\x02\x8a", 65, "\0".repeat(65), "."),
    "CORRUPT_FILE",
    /64 bytes, got 65/,
  ],
  ["an integer of 2^31 bytes", pickle("\x80\x02\x8b\0\0\0\x80."), "CORRUPT_FILE", /64 bytes, got 2147483648/],
  ["a line without end", pickle("\x80\x02cos"), "CORRUPT_FILE", /end of a line/],
  ["a name that is no text", pickle("\x80\x04K\x01K\x01\x93."), "CORRUPT_FILE", /by text/],
  ["5 million lists", new Uint8Array(5_000_000).fill(0x5d), "CORRUPT_FILE", /4194304 values/],
  ["5 million marks", new Uint8Array(5_000_000).fill(0x28), "CORRUPT_FILE", /4194304 values/],
];

for (const [name, bytes, code, message] of refused) {
  Deno.test(`readPickle() refuses ${name}`, () => {
    throws(() => readPickle(bytes, world), (error) => {
      if (!(error instanceof WickError)) throw error;
      equal(error.code, code, error.message);
      equal(message.test(error.message), true, error.message);
      return true;
    });
  });
}

Deno.test("readPickle() refuses every pickle cut short", () => {
  for (const [, bytes] of dumped) {
    for (let length = 0; length < bytes.length; length++) {
      equal(outcome(bytes.subarray(0, length)), "CORRUPT_FILE");
    }
  }
});

Deno.test("readPickle() ends well on 5000 broken pickles", () => {
  const random = below(new Random(testSeed()));
  const seen = new Set<string>();
  for (let i = 0; i < 5000; i++) seen.add(outcome(mutate(dumped[i % dumped.length][1], random)));
  deepEqual([...seen].sort(), ["CORRUPT_FILE", "UNKNOWN_FORMAT", "read"]);
});

Deno.test("readPickle() takes random opcodes", () => {
  const random = new Random(testSeed());
  const codes = [...opcodes.keys()];
  for (let i = 0; i < 20_000; i++) {
    const bytes = Uint8Array.from(
      { length: random.integer(1, 20) },
      () => random.pick([...codes, 0, 1, 0x2e]),
    );
    outcome(bytes);
  }
});

function outcome(bytes: Uint8Array): string {
  try {
    readPickle(bytes, world);
    return "read";
  } catch (error) {
    if (error instanceof WickError && ["CORRUPT_FILE", "UNKNOWN_FORMAT"].includes(error.code)) {
      return error.code;
    }
    throw error;
  }
}
