"""Writes the classes of characters that pre-tokenizers ask for, as Unicode 15.1 has them:
test/golden/tokenizers/unicode_classes.json.

Usage: pip install unicodedata2==15.1.0, then python unicode_classes.py. llama.cpp's tables (src/unicode-data.cpp of
llama-cpp-python 0.3.36) say the same of every character.
"""

import json
import pathlib

import unicodedata2

assert unicodedata2.unidata_version == "15.1.0"


def runs(category):
    """Of each run of characters of a category the first and the last one."""
    found, before, count = [], False, 0
    for code in range(0x110001):
        inside = code < 0x110000 and unicodedata2.category(chr(code))[0] == category
        count += inside
        if inside != before:
            found.append(code if inside else code - 1)
        before = inside
    return {"count": count, "runs": found}


golden = {"from": "unicodedata2 15.1.0 (PyPI)", "classes": {name: runs(name) for name in "LNMPS"}}
path = pathlib.Path(__file__).parents[1] / "tokenizers" / "unicode_classes.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
