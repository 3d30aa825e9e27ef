"""PyTorch's conversions between dtypes: python casts.py > ../casts.json

For each dtype its values and, converted to each other dtype, what PyTorch's CPU gives. Values that the target cannot
hold are left out (null) where they go from a float to an integer: C++ leaves those undefined. Floats are given as
their f64 value (or "NaN", "Infinity", "-Infinity", "-0"), i64 as text.
"""
import json
import math
import torch

reals = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -1.9, 2.5, 3.5, 255.9, 256.0, 300.7, 448.0, 449.0, 463.9, 464.0, 465.0,
         479.0, 500.0, 2**-6, 2**-9, 2**-10, 2**-10 * 1.0001, 3 * 2**-10, 65504.0, 65519.99, 65520.0, 1e-8, 6e-8, 1e-40,
         1.0004883, 1.00390625, 1.01171875, 16777217.0, 2147483520.0, 1e10, 1e300, 0.1, 1 / 3, math.pi,
         float("inf"), float("-inf"), float("nan")]
whole = [0, 1, -1, 2, 127, 128, 255, 256, 257, -32769, 32767, 32768, 65535, 65536, 16777217, 33554433, 2**31 - 1, -2**31,
         2**31, 2**53 + 1, -2**53 - 1, 2**62 + 2**38 + 1, 2**63 - 1, -2**63]
types = {
    "f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16,
    "f8e4m3": torch.float8_e4m3fn, "i64": torch.int64, "i32": torch.int32, "u32": torch.uint32, "i16": torch.int16, "u8": torch.uint8,
    "bool": torch.bool,
}
ends = {"i64": (-2**63, 2**63), "i32": (-2**31, 2**31), "u32": (0, 2**32), "i16": (-2**15, 2**15), "u8": (-2**31, 2**31)}


def shown(x):
    if x.dtype == torch.int64:
        return [str(v) for v in x.tolist()]
    out = []
    for v in x.to(torch.float64).tolist():
        if math.isnan(v):
            out.append("NaN")
        elif math.isinf(v):
            out.append("Infinity" if v > 0 else "-Infinity")
        else:
            out.append("-0" if v == 0 and math.copysign(1, v) < 0 else v)
    return out


def drawn(name, t):
    if t.is_floating_point:
        return torch.tensor(reals, dtype=torch.float64).to(torch.float32 if name == "f8e4m3" else t).to(t)
    return torch.tensor(whole, dtype=torch.int64).to(t)


def converted(name, x, to, t):
    y = shown(x.to(t))
    if x.dtype.is_floating_point and to in ends:
        for i, v in enumerate(x.to(torch.float64).tolist()):
            if not math.isfinite(v) or not ends[to][0] <= math.trunc(v) < ends[to][1] or v == ends[to][0] != 0:
                y[i] = None
    return y


print(json.dumps({
    "torch": torch.__version__,
    "values": {n: shown(drawn(n, t)) for n, t in types.items()},
    "casts": {n: {m: converted(n, drawn(n, t), m, u) for m, u in types.items() if m != n} for n, t in types.items()},
}))
