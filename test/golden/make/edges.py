"""
Writes test/golden/edges.json: elementwise ops at 0, beside it, at their kinks and far out, with the first and the second
derivative, as PyTorch gives them in float64.

    pip install torch==2.15.0
    python test/golden/make/edges.py test/golden/edges.json

Points are f32 numbers, so that both dtypes are held to one file. A case is {op, args, points, y, first, second}; of a
binary op the points are pairs [a, b], `first` is [d/da, d/db] and `second` [d2/da2, d2/dadb, d2/db2]. Of an op along rows
the points are rows, `first` and `second` those of sums, row after row.
"""
import json, math, sys
import numpy as np
import torch
import torch.nn.functional as F

TINY = [1e-7, 1e-30, 1.401298464324817e-45]
FAR = [1.0, 20.0, 100.0, 1e4, 1e30]
inf = math.inf


def both(values):
    return [s * v for v in values for s in (1, -1)]


def f32(values):
    return [float(np.float32(v)) for v in values]


EVERYWHERE = [0.0] + both(TINY + FAR + [inf])
POSITIVE = [0.0] + TINY + FAR + [inf, -1.0]


def number(v):
    v = float(v)
    return "nan" if math.isnan(v) else "inf" if v == inf else "-inf" if v == -inf else v


def derivative(y, x):
    """dy/dx, 0 where y does not hang on x."""
    if not y.requires_grad:
        return torch.zeros_like(x)
    found = torch.autograd.grad(y.sum(), x, create_graph=True, allow_unused=True)[0]
    return torch.zeros_like(x) if found is None else found


cases = []


def unary(op, f, points=EVERYWHERE, *args, kinks=()):
    points = f32(list(points) + list(kinks))
    x = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    y = f(x)
    first = derivative(y, x)
    second = derivative(first, x)
    cases.append({"op": op, "args": list(args), "points": [number(v) for v in points],
                  **{k: [number(v) for v in t.detach()] for k, t in (("y", y), ("first", first), ("second", second))}})


def binary(op, f, pairs):
    a, b = (torch.tensor(f32(p[i] for p in pairs), dtype=torch.float64, requires_grad=True) for i in (0, 1))
    y = f(a, b)
    da, db = derivative(y, a), derivative(y, b)
    parts = (("first", [da, db]), ("second", [derivative(da, a), derivative(da, b), derivative(db, b)]))
    cases.append({"op": op, "args": [], "points": [[number(v) for v in p] for p in zip(a.detach(), b.detach())], "y": [number(v) for v in y.detach()],
                  **{k: [[number(v) for v in t.detach()] for t in ts] for k, ts in parts}})


def beside(*kinks):
    """Kinks, and the f32 numbers around them."""
    near = lambda k, to: float(np.nextafter(np.float32(k), np.float32(to)))
    return [v for k in kinks for v in (k, near(k, inf), near(k, -inf))]


unary("neg", torch.neg)
unary("abs", torch.abs)
unary("sqr", torch.square)
unary("exp", torch.exp)
unary("expm1", torch.expm1)
unary("log", torch.log, POSITIVE)
unary("log2", torch.log2, POSITIVE)
unary("log10", torch.log10, POSITIVE)
unary("log1p", torch.log1p, kinks=beside(-1.0))
unary("sqrt", torch.sqrt, POSITIVE)
unary("rsqrt", torch.rsqrt, POSITIVE)
unary("reciprocal", torch.reciprocal)
unary("sin", torch.sin)
unary("cos", torch.cos)
unary("tan", torch.tan)
unary("tanh", torch.tanh)
unary("sigmoid", torch.sigmoid)
unary("erf", torch.erf)
unary("relu", torch.relu)
unary("relu6", F.relu6, kinks=beside(6.0))
unary("silu", F.silu)
unary("gelu", F.gelu)
unary("gelu", lambda x: F.gelu(x, approximate="tanh"), EVERYWHERE, "tanh")
unary("mish", F.mish)
unary("softplus", F.softplus, kinks=beside(20.0))
unary("softplus", lambda x: F.softplus(x, 3.0), EVERYWHERE, 3.0)
unary("logSigmoid", F.logsigmoid)
unary("elu", F.elu)
unary("elu", lambda x: F.elu(x, 0.25), EVERYWHERE, 0.25)
unary("selu", F.selu)
unary("leakyRelu", F.leaky_relu)
unary("leakyRelu", lambda x: F.leaky_relu(x, 0.25), EVERYWHERE, 0.25)
# PyTorch has no second derivative of hardsigmoid
unary("hardSigmoid", lambda x: F.relu6(x + 3) / 6, kinks=beside(3.0, -3.0))
unary("hardSwish", F.hardswish, kinks=beside(3.0, -3.0))
unary("clamp", lambda x: torch.clamp(x, -1.0, 2.0), EVERYWHERE, -1.0, 2.0, kinks=beside(-1.0, 2.0))
unary("clamp", lambda x: torch.clamp(x, min=0.0), EVERYWHERE, 0.0)
unary("floor", torch.floor)
unary("ceil", torch.ceil)
unary("round", torch.round)
unary("trunc", torch.trunc)
unary("sign", torch.sign)
for exponent in (0, 1, 2, 3, -1, -2, 0.5, -0.5, 1.5, 2.5):
    points = EVERYWHERE if float(exponent).is_integer() else POSITIVE
    unary("pow", lambda x: torch.pow(x, exponent), points, exponent)

SOME = [0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 1e-30, 1e30, inf, -inf]
SQUARE = [(a, b) for a in SOME for b in SOME]
binary("add", torch.add, SQUARE)
binary("mul", torch.mul, SQUARE)
binary("div", torch.div, SQUARE)
binary("pow", torch.pow, SQUARE)
binary("maximum", torch.maximum, SQUARE)
binary("minimum", torch.minimum, SQUARE)



def along(op, f, points, *args):
    x = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    y = f(x)
    first = torch.autograd.grad(y.sum(), x, create_graph=True)[0]
    try:
        second = derivative(first, x)
    except RuntimeError:  # PyTorch's second derivative of norm 1 and of the largest is a tensor without elements
        second = torch.zeros_like(x)
    cases.append({"op": op, "args": list(args), "points": [[number(v) for v in row] for row in points], "rows": True,
                  **{k: [number(v) for v in t.detach().flatten()] for k, t in (("y", y), ("first", first), ("second", second))}})


VECTORS = [[0.0, 0.0, 0.0], [1.0, 0.0, -2.0], [1.0, 1.0, 1.0], [0.0, 0.0, 4.0], [3.0, -3.0, 0.5]]
for p in (0.5, 1, 1.5, 2, 3, inf):
    along("norm", lambda x: torch.linalg.vector_norm(x, p, 1), VECTORS, number(p), 1)
along("std", lambda x: x.std(1), VECTORS[1:3] + VECTORS[4:], 1)
along("var", lambda x: x.var(1), VECTORS, 1)
along("prod", lambda x: x.prod(1), VECTORS, 1)
along("cumprod", lambda x: x.cumprod(1), VECTORS, 1)
LOGITS = [[-inf, -inf], [0.0, -inf], [inf, 0.0], [1e4, -1e4], [-1e30, 1e30], [0.0, 0.0]]
along("logSumExp", lambda x: torch.logsumexp(x, 1), LOGITS, 1)
along("softmax", lambda x: torch.softmax(x, 1), LOGITS, 1)
along("logSoftmax", lambda x: torch.log_softmax(x, 1), LOGITS, 1)

rows = ",\n".join(json.dumps(c) for c in cases)
open(sys.argv[1], "w").write(f"[\n{rows}\n]\n")
