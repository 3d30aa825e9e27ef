"""PyTorch's promotion table: python promotion.py > ../promotion.json

pairs[a][b]: torch.promote_types. rank0[a][b]: result_type of a tensor of a with dimensions and one of b without.
numbers[a][kind]: result_type of a tensor of a (with dimensions) and a Python number. numbers0: the same without
dimensions. null where PyTorch refuses, but for uint32 beside integers and bool: there it is numpy.promote_types, of the
dtypes between which PyTorch would promote.
"""
import json
import numpy as np
import torch

types = {
    "bool": torch.bool, "u8": torch.uint8, "i16": torch.int16, "i32": torch.int32, "u32": torch.uint32, "i64": torch.int64,
    "f8e4m3": torch.float8_e4m3fn, "f16": torch.float16, "bf16": torch.bfloat16, "f32": torch.float32,
    "f64": torch.float64,
}
names = {t: n for n, t in types.items()}
whole = {"bool": np.bool_, "u8": np.uint8, "i16": np.int16, "i32": np.int32, "u32": np.uint32, "i64": np.int64}
numbers = {"bool": True, "integer": 3, "float": 0.5}


def given(f, a=None, b=None):
    try:
        return names[f()]
    except RuntimeError:
        if "u32" in (a, b) and a in whole and b in whole:
            return next(n for n, t in whole.items() if np.dtype(t) == np.promote_types(whole[a], whole[b]))
        return None


def dims(t):
    return torch.ones(2).to(t)


def rank0(t):
    return torch.ones(()).to(t)


print(json.dumps({
    "torch": torch.__version__,
    "pairs": {a: {b: given(lambda: torch.promote_types(s, t), a, b) for b, t in types.items()}
              for a, s in types.items()},
    "rank0": {
        a: {b: given(lambda: torch.result_type(dims(s), rank0(t)), a, b) for b, t in types.items()}
        for a, s in types.items()
    },
    "numbers": {
        a: {k: given(lambda: torch.result_type(dims(s), v)) for k, v in numbers.items()} for a, s in types.items()
    },
    "numbers0": {
        a: {k: given(lambda: torch.result_type(rank0(s), v)) for k, v in numbers.items()} for a, s in types.items()
    },
}))
