"""
Writes test/golden/ranges.json: what becomes in PyTorch and in NumPy of numbers that a dtype may not hold, by every way in
which a number meets a dtype.

    pip install torch==2.15.0 numpy==2.4.6
    python test/golden/make/ranges.py test/golden/ranges.json

`cases` are ways by dtype; each has for every one of `values` what PyTorch and what NumPy give: a number, or null where it is
refused. A way that NumPy has not has null for it.
"""
import json, math, sys, warnings
import numpy as np
import torch
import torch.nn.functional as F

warnings.simplefilter("ignore")
DTYPES = {"u8": (torch.uint8, np.uint8), "i16": (torch.int16, np.int16), "i32": (torch.int32, np.int32),
          "i64": (torch.int64, np.int64), "bool": (torch.bool, np.bool_), "f16": (torch.float16, np.float16),
          "f32": (torch.float32, np.float32)}
VALUES = [300, -1, 255, 256, 1.5, -0.5, -1.5, 255.5, math.nan, math.inf, 3000000000, 2**31 - 1, 2**31, -2**31 - 1, 2.0**63,
          1e19, 1000000, 1e300]
SURE = torch.tensor([True])
WAYS = {
    "tensor": (lambda v, t: torch.tensor([v], dtype=t), lambda v, n: np.array([v], dtype=n)),
    "full": (lambda v, t: torch.full((1,), v, dtype=t), lambda v, n: np.full((1,), v, dtype=n)),
    "arange": (lambda v, t: torch.arange(v, v + 1, dtype=t), lambda v, n: np.arange(v, v + 1, dtype=n)),
    "add": (lambda v, t: torch.ones(1, dtype=t) + v, lambda v, n: np.ones(1, dtype=n) + v),
    "sub": (lambda v, t: torch.ones(1, dtype=t) - v, lambda v, n: np.ones(1, dtype=n) - v),
    "mul": (lambda v, t: torch.ones(1, dtype=t) * v, lambda v, n: np.ones(1, dtype=n) * v),
    "floorDiv": (lambda v, t: torch.ones(1, dtype=t) // v, lambda v, n: np.ones(1, dtype=n) // v),
    "eq": (lambda v, t: torch.ones(1, dtype=t) == v, lambda v, n: np.ones(1, dtype=n) == v),
    "lt": (lambda v, t: torch.ones(1, dtype=t) < v, lambda v, n: np.ones(1, dtype=n) < v),
    "where": (lambda v, t: torch.where(SURE, v, torch.ones(1, dtype=t)), None),
    "maskedFill": (lambda v, t: torch.ones(1, dtype=t).masked_fill(SURE, v), None),
    "scatter": (lambda v, t: torch.ones(1, dtype=t).scatter(0, torch.tensor([0]), v), None),
    "pad": (lambda v, t: F.pad(torch.ones(1, dtype=t), (1, 0), value=v), lambda v, n: np.pad(np.ones(1, dtype=n), (1, 0), constant_values=v)),
    "clamp": (lambda v, t: torch.ones(1, dtype=t).clamp(max=v), lambda v, n: np.clip(np.ones(1, dtype=n), None, v)),
}


def outcome(op, value, dtype):
    try:
        y = float(op(value, dtype).flatten()[0])
    except (RuntimeError, TypeError, ValueError, OverflowError, NotImplementedError, IndexError):  # the last: counts of none
        return None
    return y if math.isfinite(y) else str(y)


cases = {way: {name: [[outcome(of_torch, v, t) for v in VALUES], of_numpy and [outcome(of_numpy, v, n) for v in VALUES]]
               for name, (t, n) in DTYPES.items()} for way, (of_torch, of_numpy) in WAYS.items()}
with open(sys.argv[1], "w") as file:
    values = json.dumps([v if math.isfinite(v) else str(v) for v in VALUES])
    lines = ",\n".join(f"{json.dumps(way)}:{json.dumps(of, separators=(',', ':'))}" for way, of in cases.items())
    file.write(f'{{"from":"torch {torch.__version__}, numpy {np.__version__}","values":{values},"cases":{{\n{lines}\n}}}}\n')
