"""Trains the SentencePiece models of test/golden/sentencepiece and writes their ids of odd texts.

Usage: python3 sentencepiece_ids.py ENGLISH.txt OUT_FOLDER      (pip install sentencepiece==0.2.3)

ENGLISH.txt is any plain English text (the goldens were made from the first 400 kB of generated children's
stories); the multilingual lines and the texts are below. Per model a gzipped JSON file {sentencepiece, model, options, pieces,
scores, types, addSpacePrefix, removeExtraSpaces, unknownId, texts: [{text, ids}]}, types as in GGUF; the
precompiled characters map that both NMT NFKC models share goes into nmt_nfkc.charsmap.gz.
"""

import gzip
import io
import json
import random
import sys

import sentencepiece as spm
from sentencepiece import sentencepiece_model_pb2 as model_pb2

LINES = """
Der schnelle braune Fuchs springt über den faulen Hund, während Ä, Ö und Ü zuschauen.
El niño pequeño comió una manzana mañana por la mañana, ¿verdad? ¡Sí!
Les élèves étaient fatigués, mais ils ont continué à travailler toute la journée.
Привет, мир! Как дела? Сегодня хорошая погода, и мы идём гулять в парк.
Γειά σου Κόσμε, τι κάνεις σήμερα; Όλα καλά, ευχαριστώ πολύ.
你好，世界！今天天气很好，我们一起去公园散步吧。
日本語のテキストもあります。カタカナとひらがなと漢字を使います。
한국어 문장도 조금 있습니다. 오늘은 날씨가 좋아요.
नमस्ते दुनिया, आज मौसम बहुत अच्छा है और हम बाहर जा रहे हैं।
สวัสดีชาวโลก วันนี้อากาศดีมาก
مرحبا بالعالم، كيف حالك اليوم؟ الطقس جميل جدا.
The price is 1,234.56 dollars (or 12%), as of 2024-05-17 at 18:30; e-mail: a.b@c.example
""".strip().split("\n")

FRAGMENTS = """a|B|abc|camelCase|don't|I'll| |  |   |\t|\n|\r\n|\u00a0|\u3000|\u2009|\u200b|\ufeff|\u0085|1|123|½|²|Ⅳ|①|
ﬁ|ﬂ|ﷺ|㍿|ｱｲｳ|ＡＢＣ|é|e\u0301|Ü|u\u0308|ñ|Å|ß|İ|ẞ|ſ|Привет|мир|κόσμε|ς|你好|世界|豈|日本語|カタカナ|ｶﾞ|한국어|ㅎㅏㄴ|हिन्दी|ไทย|
مرحبا|שלום|🦙|👨\u200d👩\u200d👧|🇩🇪|!|?!|...|…|“|”|‘|—|~|▁|▁▁|</s>|<unk>|<0x41>|the|Once upon a time| Lily |story|.|,|\u0007|\u007f|\U00020000|\u0378"""


def texts() -> list[str]:
    rng = random.Random(11)
    parts = FRAGMENTS.replace("\n|", "|").replace("|\n", "|").split("|")
    parts += ["\n", "\r\n"]
    out = ["", " ", "   ", "\n", "▁", "▁ ▁", "a  b", "  leading", "trailing  ", "x" * 200, "zqxj" * 20] + LINES
    for _ in range(260):
        out.append("".join(rng.choice(parts) for _ in range(rng.randint(1, 12))))
    return out


def gguf_type(sp: spm.SentencePieceProcessor, i: int) -> int:
    if sp.is_unknown(i):
        return 2
    if sp.is_control(i):
        return 3
    if sp.is_unused(i):
        return 5
    return 6 if sp.is_byte(i) else 1


def write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(gzip.compress(data, 9, mtime=0))


def make(name: str, sentences: list[str], folder: str, model: str = "unigram", **options) -> bytes:
    stream = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences), model_writer=stream, model_type=model, num_threads=1,
        character_coverage=0.995, pad_id=-1, minloglevel=2, **options)
    proto = model_pb2.ModelProto.FromString(stream.getvalue())
    sp = spm.SentencePieceProcessor(model_proto=stream.getvalue())
    count = sp.get_piece_size()
    golden = {
        "sentencepiece": spm.__version__,
        "model": model,
        "options": options,
        "pieces": [sp.id_to_piece(i) for i in range(count)],
        "scores": [float(f"{sp.get_score(i):.9g}") for i in range(count)],
        "types": [gguf_type(sp, i) for i in range(count)],
        "addSpacePrefix": proto.normalizer_spec.add_dummy_prefix,
        "removeExtraSpaces": proto.normalizer_spec.remove_extra_whitespaces,
        "unknownId": sp.unk_id(),
        "texts": [{"text": t, "ids": sp.encode(t)} for t in texts()],
    }
    write(f"{folder}/{name}.json.gz", json.dumps(golden, separators=(",", ":")).encode())
    return proto.normalizer_spec.precompiled_charsmap


def main() -> None:
    source, folder = sys.argv[1:]
    with open(source) as file:
        english = file.read(400_000).split("\n")
    sentences = [line for line in english if line.strip()] + LINES * 30
    charsmap = make("nfkc", sentences, folder, vocab_size=1200, normalization_rule_name="nmt_nfkc")
    again = make("nfkc_bytes", sentences, folder, vocab_size=1200, normalization_rule_name="nmt_nfkc",
                 byte_fallback=True)
    assert charsmap == again
    make("plain", sentences, folder, vocab_size=800, normalization_rule_name="identity",
         add_dummy_prefix=False, remove_extra_whitespaces=False)
    make("bpe", sentences, folder, model="bpe", vocab_size=1000, normalization_rule_name="identity",
         remove_extra_whitespaces=False, byte_fallback=True)
    write(f"{folder}/nmt_nfkc.charsmap.gz", charsmap)


main()
