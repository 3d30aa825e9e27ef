"""Writes the keys below an architecture's prefix that GGUF's own library knows: test/golden/gguf_keys.json.

Usage: python gguf_keys.py GGUF_PY, where GGUF_PY is the folder vendor/llama.cpp/gguf-py of the source package of
llama-cpp-python 0.3.36 (newer than gguf 0.19.0 of PyPI, whose keys it has too).
"""

import json
import pathlib
import sys

sys.path.insert(0, sys.argv[1])
from gguf import constants  # noqa: E402

PREFIX = "{arch}."


def keys_of(scope):
    for value in vars(scope).values():
        if isinstance(value, type):
            yield from keys_of(value)
        elif isinstance(value, str) and value.startswith(PREFIX):
            yield value[len(PREFIX) :]


golden = {
    "from": 'llama-cpp-python 0.3.36 (PyPI), gguf.constants.Keys: names below "{arch}."',
    "keys": sorted({key for key in keys_of(constants.Keys) if "{" not in key}),
}
path = pathlib.Path(__file__).parents[1] / "gguf_keys.json"
path.write_text(json.dumps(golden, indent=1) + "\n")
