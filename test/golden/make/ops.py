"""
Writes test/golden/ops: what ops give in PyTorch, and the gradients of their inputs, a file a family.

    pip install torch==2.15.0
    python test/golden/make/ops.py test/golden/ops

Inputs are f32 (in family f64 that), PyTorch computes in float64. A case's receiver is its first input where `call` is "method";
{"input": n} among the arguments stands for an input. `dense` are inputs that an op takes in that layout alone, `results` the
fields that count. A case with `needs` takes a form that came with the op of that name. Gradients are those of the sum of
y * dy with dy of `slope` below.
"""
import json, math, os, sys
import numpy as np
import torch
import torch.nn.functional as F
from calls import I, shown, slope

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
rng = np.random.default_rng(23)
families = {}
family = None


def begin(name):
    global family
    family = families[name] = []


def X(*shape, low=-2.5, high=2.5):
    """Distinct numbers of two decimals, none of them 0: ties only where a case wants them."""
    grid = np.arange(round(low * 100), round(high * 100) + 1)
    grid = grid[grid != 0]
    return (rng.choice(grid, size=shape, replace=False) / 100).astype(np.float32)


def P(*shape):
    return X(*shape, low=0.05, high=3)


def ints(*values):
    return np.array(values, dtype=np.int32)


rounds = True


def number(v):
    if not math.isfinite(v):
        return "nan" if math.isnan(v) else "inf" if v > 0 else "-inf"
    short = float(f"{v:.8g}") if rounds else v
    return int(short) if short == int(short) and abs(short) < 1e15 and math.copysign(1, short) > 0 else short


def numbers(values):
    return [number(float(v)) for v in np.asarray(values).reshape(-1)]


NAMES = {np.dtype(np.float32): "f32", np.dtype(np.float64): "f64", np.dtype(np.int32): "i32", np.dtype(np.uint8): "bool"}


def told_input(x):
    values = [float(str(v)) for v in x.reshape(-1)] if x.dtype == np.float32 else x.reshape(-1)
    return {"dtype": NAMES[x.dtype], "shape": list(x.shape), "data": numbers(values)}


def case(op, torch_op, inputs, args=(), call="method", gradient=True, note=None, tolerance=None, needs=None):
    leaves = []
    for x in inputs:
        if x.dtype in (np.float32, np.float64):
            leaves.append(torch.tensor(x, dtype=torch.float64, requires_grad=gradient))
        else:
            leaves.append(torch.tensor(x, dtype=torch.bool if x.dtype == np.uint8 else torch.int64))
    results = torch_op(*leaves)
    results = list(results) if isinstance(results, (tuple, list)) else [results]
    made = {"op": op, "call": call, "inputs": [told_input(x) for x in inputs], "args": shown(args),
            "expected": [{"shape": list(y.shape), "data": numbers(y.detach().to(torch.float64))} for y in results]}
    if gradient:
        floating = [y for y in results if y.is_floating_point()]
        sum((y.reshape(-1) * slope(y.numel())).sum() for y in floating).backward()
        made["gradients"] = [numbers(leaf.grad if leaf.grad is not None else torch.zeros_like(leaf))
                             if leaf.is_floating_point() else None for leaf in leaves]
    if note:
        made["note"] = note
    if tolerance:
        made["tolerance"] = tolerance
    if needs:
        made["needs"] = needs
    family.append(made)


ODD = np.array([np.nan, np.inf, -np.inf, 0.0, 1.5, -1.5, 88.0, -104.0], dtype=np.float32)

# ---- elementwise ----
begin("unary")
UNARY = {"neg": torch.neg, "abs": torch.abs, "exp": torch.exp, "sin": torch.sin, "cos": torch.cos, "tanh": torch.tanh,
         "sigmoid": torch.sigmoid, "relu": torch.relu, "silu": F.silu, "erf": torch.erf, "expm1": torch.expm1,
         "mish": F.mish, "hardSwish": F.hardswish, "hardSigmoid": F.hardsigmoid, "selu": F.selu, "sqr": torch.square,
         "logSigmoid": F.logsigmoid}
for name, op in UNARY.items():
    case(name, op, [X(3, 5)])
    keeps_going = name not in ["sin", "cos", "mish", "silu", "hardSwish", "logSigmoid"]
    case(name, op, [ODD if keeps_going else ODD[3:]], gradient=False, note="NaN, infinities, far ends")
POSITIVE = {"log": torch.log, "sqrt": torch.sqrt, "reciprocal": torch.reciprocal, "log1p": torch.log1p,
            "rsqrt": torch.rsqrt}
for name, op in POSITIVE.items():
    case(name, op, [P(7, 3)])
    case(name, op, [ODD], gradient=False, note="NaN, infinities, 0 and negative numbers")
for name, op in {"floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "sign": torch.sign,
                 "trunc": torch.trunc}.items():
    halves = np.array([-2.5, -1.5, -0.5, -0.2, 0, 0.3, 0.5, 1.5, 2.5, 7], dtype=np.float32)
    case(name, op, [halves], gradient=False)
for name, op in {"log2": torch.log2, "log10": torch.log10}.items():
    case(name, op, [P(2, 5)])
for name, op in {"isNan": torch.isnan, "isFinite": torch.isfinite, "isInf": torch.isinf}.items():
    case(name, op, [ODD], gradient=False)
case("relu6", F.relu6, [X(9, low=-2, high=8)])
case("prelu", lambda x, w: F.prelu(x, w), [X(2, 3, 2), X(3)], [I(1)])
case("affine", lambda x: x * 2 - 0.5, [X(2, 3)], [2, -0.5])
case("tan", torch.tan, [X(9, low=-1.2, high=1.2)])
case("gelu", F.gelu, [X(3, 5)])
case("gelu", lambda x: F.gelu(x, approximate="tanh"), [X(3, 5)], ["tanh"])
case("elu", F.elu, [X(3, 5)])
case("elu", lambda x: F.elu(x, 0.5), [X(9)], [0.5])
case("leakyRelu", F.leaky_relu, [X(3, 5)])
case("leakyRelu", lambda x: F.leaky_relu(x, 0.3), [X(9)], [0.3])
case("softplus", F.softplus, [X(3, 5)])
case("softplus", lambda x: F.softplus(x, 2), [X(9)], [2])
case("clamp", lambda x: x.clamp(-1, 1.25), [X(3, 5)], [-1, 1.25])
case("clamp", lambda x: x.clamp(-1, 1.25), [ODD], [-1, 1.25], gradient=False, note="NaN and infinities")
for name, op in {"abs": torch.abs, "relu": torch.relu, "sign": torch.sign}.items():
    if name != "sign":
        case(name, op, [np.array([0, -1, 1], dtype=np.float32)], note="the kink")
case("exp", torch.exp, [X(1)[:0]], note="nothing")
case("tanh", torch.tanh, [X(2, 1, 3)])

begin("binary")
BINARY = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum,
          "minimum": torch.minimum}
for name, op in BINARY.items():
    case(name, op, [X(3, 5), X(3, 5)], [I(1)])
    case(name, op, [X(2, 1, 3), X(4, 1)], [I(1)], note="both broadcast")
    case(name, op, [X(3, 2), X(2)], [I(1)], note="a row")
    case(name, op, [ODD, ODD[[1, 0, 2, 3, 4, 4, 1, 3]]], [I(1)], gradient=False, note="NaN and infinities")
    case(name, op, [X(1)[:0].reshape(0, 3), X(3)], [I(1)], note="nothing")
for name in ["maximum", "minimum"]:
    case(name, BINARY[name], [np.array([1, 2, 3], np.float32), np.array([1, 5, 0], np.float32)], [I(1)], note="a tie")
for name, op in {"add": lambda x: x + 1.5, "sub": lambda x: x - 1.5, "mul": lambda x: x * 1.5,
                 "div": lambda x: x / 1.5}.items():
    case(name, op, [X(4, 3)], [1.5], note="a number")
case("mul", lambda x: x * x, [X(5)], [I(0)], note="by itself")
case("pow", torch.pow, [P(3, 4), X(4)], [I(1)], tolerance=3e-5)
case("pow", torch.pow, [np.array([-2, -1.5, 0, 2, -3, 1, 0], np.float32), np.array([3, 2, 0, -2, -1, 5, 2], np.float32)],
     [I(1)], gradient=False, note="negative bases and whole powers")
case("pow", torch.pow, [np.array([-2, np.nan, np.inf, 0], np.float32), np.array([0.5, 1, -1, -1], np.float32)], [I(1)],
     gradient=False, note="NaN and infinities")
case("pow", lambda x: x.pow(3), [X(3, 3)], [3], note="a number", tolerance=3e-5, needs="sqr")
COMPARE = {"eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge}
for name, op in COMPARE.items():
    case(name, op, [np.array([[1, 2, np.nan], [np.inf, -1, 0]], np.float32), np.array([1, np.nan, 0], np.float32)], [I(1)],
         gradient=False)
    case(name, op, [ints([1, 2, 3], [-4, 5, 6]), ints([1], [5])], [I(1)], gradient=False)
chosen = np.array([[1, 0, 1], [0, 0, 1]], np.uint8)
case("where", lambda c, a, b: torch.where(c, a, b), [chosen, X(2, 3), X(3)], [I(1), I(2)])
case("where", lambda c, a: torch.where(c, a, 0.5), [chosen[0], X(4, 3)], [I(1), 0.5])

# ---- reductions ----
begin("reduce")
for name, op in {"sum": torch.sum, "mean": torch.mean, "max": torch.amax, "min": torch.amin}.items():
    case(name, lambda x: op(x, 1), [X(3, 5)], [1])
    case(name, lambda x: op(x, 0), [X(3, 5)], [0])
    case(name, lambda x: op(x, -2, keepdim=True), [X(2, 3, 4)], [-2, True])
    case(name, lambda x: op(x, 0), [X(1)], [0])
    case(name, lambda x: op(x, 1), [np.array([[1, np.nan, 2], [np.inf, 1, -3]], np.float32)], [1], gradient=False,
         note="NaN and infinity")
for name, op in {"max": torch.amax, "min": torch.amin}.items():
    case(name, lambda x: op(x, 0), [np.array([1, 3, 3, 1, 1], np.float32)], [0], note="equals share the gradient")
case("sum", lambda x: x.sum(1), [X(1)[:0].reshape(2, 0)], [1], note="over nothing")
for name, op in {"argmax": torch.argmax, "argmin": torch.argmin}.items():
    case(name, lambda x: op(x, 1), [X(3, 5)], [1], gradient=False)
    case(name, lambda x: op(x, 0, keepdim=True), [X(3, 5)], [0, True], gradient=False)
case("softmax", lambda x: x.softmax(-1), [X(3, 5)], [-1])
case("softmax", lambda x: x.softmax(1), [X(2, 3, 4)], [1])
case("softmax", lambda x: x.softmax(0), [np.array([1000, 999, -np.inf], np.float32)], [0], gradient=False, note="far ends")
case("logSoftmax", lambda x: x.log_softmax(-1), [X(3, 5)], [-1])
case("logSoftmax", lambda x: x.log_softmax(0), [X(4, 3)], [0])
case("logSoftmax", lambda x: x.log_softmax(0), [np.array([1000, 999, -1000], np.float32)], [0], gradient=False,
     note="far ends")
case("logSumExp", lambda x: x.logsumexp(1), [X(3, 5)], [1])
case("logSumExp", lambda x: x.logsumexp(0, keepdim=True), [X(3, 5)], [0, True])
case("logSumExp", lambda x: x.logsumexp(0), [np.array([1000, 999, -np.inf], np.float32)], [0], gradient=False,
     note="far ends")
case("sum", torch.sum, [X(3, 4)], note="of all", needs="var")
case("sum", lambda x: x.sum((0, 2)), [X(2, 3, 4)], [[0, 2]], needs="var")
case("mean", lambda x: x.mean((1, 2), keepdim=True), [X(2, 3, 4)], [[1, 2], True], needs="var")
case("max", torch.amax, [X(3, 4)], note="of all", needs="var")
case("min", lambda x: x.amin((0, -1)), [X(2, 3, 4)], [[0, -1]], needs="var")
case("var", lambda x: x.var(1, correction=0, keepdim=True), [X(3, 5)], [1, {"correction": 0, "keepDim": True}])
case("var", lambda x: x.var((0, 2)), [X(2, 3, 4)], [[0, 2]])
case("norm", lambda x: x.norm(math.inf, 1), [X(3, 5)], [math.inf, 1])
case("norm", lambda x: x.norm(3, 1), [X(3, 5)], [3, 1])
case("argsort", lambda x: x.argsort(1), [X(3, 5)], [1], gradient=False)
case("argsort", lambda x: x.argsort(0, descending=True), [X(5, 2)], [0, True], gradient=False)
case("topK", lambda x: x.topk(2, 1, largest=False), [X(3, 6)], [2, 1, False])
case("prod", lambda x: x.prod(1), [X(3, 4)], [1])
case("prod", lambda x: x.prod(0), [np.array([2, 0, 3], np.float32)], [0], note="one 0")
case("prod", lambda x: x.prod(0), [np.array([2, 0, 0], np.float32)], [0], note="two 0s")
case("var", lambda x: x.var(1), [X(3, 5)], [1])
case("var", lambda x: x.var(0), [X(4, 2, 3)], [0])
case("std", lambda x: x.std(1), [X(3, 5)], [1])
case("std", lambda x: x.std(-2), [X(2, 5, 3)], [-2])
case("norm", lambda x: x.norm(2, 1), [X(3, 5)], [2, 1])
case("norm", lambda x: x.norm(1, 0), [X(3, 5)], [1, 0])
case("cumsum", lambda x: x.cumsum(1), [X(3, 5)], [1])
case("cumsum", lambda x: x.cumsum(0), [X(4, 3)], [0])
case("cumprod", lambda x: x.cumprod(1), [X(3, 4)], [1])
case("cumprod", lambda x: x.cumprod(0), [np.array([2, 0, 3, 4], np.float32)], [0], note="a 0 within")
case("sort", lambda x: x.sort(1), [X(3, 7)], [1])
case("sort", lambda x: x.sort(0, descending=True), [X(5, 2)], [0, True])
case("topK", lambda x: x.topk(3), [X(2, 7)], [3])
case("topK", lambda x: x.topk(2, 0), [X(5, 3)], [2, 0])

# ---- linear algebra ----
begin("matmul")
for left, right in [((3, 5), (5, 2)), ((1, 1), (1, 1)), ((7, 9), (9, 11)), ((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (4, 5)),
                    ((3, 1, 2, 5), (4, 5, 3)), ((2, 1, 1, 3, 2), (1, 2, 2, 2, 3)), ((5, 1), (1, 4)), ((1, 6), (6, 1))]:
    case("matmul", torch.matmul, [X(*left), X(*right)], [I(1)])
case("matmul", torch.matmul, [X(1)[:0].reshape(2, 0), X(1)[:0].reshape(0, 3)], [I(1)], note="over nothing")
case("matmul", torch.matmul, [np.array([[1, np.inf], [np.nan, 0]], np.float32), X(2, 2)], [I(1)], gradient=False,
     note="NaN and infinity")
case("matmul", torch.matmul, [X(3), X(3)], [I(1)], note="vectors", needs="dot")
case("matmul", torch.matmul, [X(2, 3), X(3)], [I(1)], note="a matrix and a vector", needs="dot")
case("dot", torch.dot, [X(5), X(5)], [I(1)])
case("mv", torch.mv, [X(3, 4), X(4)], [I(1)])
case("outer", torch.outer, [X(3), X(4)], [I(1)])
case("trace", torch.trace, [X(3, 5)])
case("diag", torch.diag, [X(3)])
case("diag", lambda x: torch.diag(x, 1), [X(3, 4)], [1])
case("diagonal", lambda x: x.diagonal(-1, 0, 2), [X(3, 2, 4)], [-1, 0, 2])
case("einsum", lambda a: torch.einsum("ii->i", a), [X(3, 3)], ["ii->i", I(0)], "function")
case("einsum", lambda a, b, c: torch.einsum("ij,jk,k->i", a, b, c), [X(2, 3), X(3, 4), X(4)],
     ["ij,jk,k->i", I(0), I(1), I(2)], "function")
case("einsum", lambda a, b: torch.einsum("...ij,...jk->...ik", a, b), [X(2, 1, 3, 2), X(4, 2, 3)],
     ["...ij,...jk->...ik", I(0), I(1)], "function")
case("einsum", lambda a, b: torch.einsum("ij,jk->ik", a, b), [X(3, 4), X(4, 2)], ["ij,jk->ik", I(0), I(1)], "function")
case("einsum", lambda a, b: torch.einsum("bhid,bhjd->bhij", a, b), [X(2, 2, 3, 4), X(2, 2, 5, 4)],
     ["bhid,bhjd->bhij", I(0), I(1)], "function")
case("einsum", lambda a: torch.einsum("ijk->kj", a), [X(2, 3, 4)], ["ijk->kj", I(0)], "function")
case("einsum", lambda a, b: torch.einsum("i,j->ij", a, b), [X(3), X(4)], ["i,j->ij", I(0), I(1)], "function")
case("tril", torch.tril, [X(4, 5)])
case("tril", lambda x: x.tril(-1), [X(2, 3, 3)], [-1])
case("triu", torch.triu, [X(4, 5)])
case("triu", lambda x: x.triu(2), [X(4, 5)], [2])

# ---- views and shapes ----
begin("shape")
case("reshape", lambda x: x.reshape(5, 3), [X(3, 5)], [5, 3])
case("reshape", lambda x: x.reshape(2, -1, 2), [X(4, 3)], [2, -1, 2])
case("permute", lambda x: x.permute(2, 0, 1), [X(2, 3, 4)], [2, 0, 1])
case("transpose", lambda x: x.transpose(0, -1), [X(2, 3, 4)], [0, -1])
case("t", lambda x: x.t(), [X(3, 5)])
case("narrow", lambda x: x.narrow(1, 2, 3), [X(3, 7)], [1, 2, 3])
case("narrow", lambda x: x.narrow(0, 1, 0), [X(3, 2)], [0, 1, 0])
case("expand", lambda x: x.expand(4, 2, 3), [X(2, 1)], [4, 2, 3])
case("unsqueeze", lambda x: x.unsqueeze(1), [X(2, 3)], [1])
case("squeeze", lambda x: x.squeeze(1), [X(2, 1, 3)], [1])
case("contiguous", lambda x: x.contiguous(), [X(2, 3)])
case("cat", lambda a, b: torch.cat([a, b], 1), [X(3, 2), X(3, 4)], [[I(0), I(1)], 1], "function")
case("cat", lambda a, b, c: torch.cat([a, b, c], 0), [X(1, 3), X(2, 3), X(1, 3)], [[I(0), I(1), I(2)], 0], "function")
case("stack", lambda a, b: torch.stack([a, b], 1), [X(3, 2), X(3, 2)], [[I(0), I(1)], 1], "function")
case("roll", lambda x: x.roll(2, 1), [X(3, 5)], [2, 1])
case("roll", lambda x: x.roll(-1, 0), [X(3, 5)], [-1, 0])
case("flip", lambda x: x.flip(0, -1), [X(2, 3, 2)], [0, -1])
case("pad", lambda x: F.pad(x, (1, 2)), [X(2, 3)], [[1, 2]])
case("pad", lambda x: F.pad(x, (1, 0, 2, 1), value=0.5), [X(2, 3)], [[1, 0, 2, 1], 0.5])
case("pad", lambda x: F.pad(x, (-1, 1)), [X(2, 3)], [[-1, 1]])
case("flatten", lambda x: x.flatten(1), [X(2, 3, 2)], [1])
case("unflatten", lambda x: x.unflatten(1, (2, 3)), [X(2, 6)], [1, [2, 3]])
case("movedim", lambda x: x.movedim(0, -1), [X(2, 3, 4)], [0, -1])
case("broadcastTo", lambda x: x.broadcast_to(2, 3, 4), [X(3, 1)], [[2, 3, 4]])
case("split", lambda x: x.split([1, 3], 1), [X(2, 4)], [[1, 3], 1])
case("split", lambda x: x.split(2, 0), [X(5, 2)], [2, 0])
case("chunk", lambda x: x.chunk(3, 1), [X(2, 7)], [3, 1])
case("repeat", lambda x: x.repeat(2, 1, 3), [X(2, 2)], [2, 1, 3])
case("repeatInterleave", lambda x: x.repeat_interleave(3, 1), [X(2, 3)], [3, 1])
case("unfold", lambda x: x.unfold(1, 3, 2), [X(2, 8)], [1, 3, 2])
case("pixelShuffle", lambda x: F.pixel_shuffle(x, 2), [X(1, 8, 2, 3)], [2])
case("pixelUnshuffle", lambda x: F.pixel_unshuffle(x, 2), [X(1, 2, 4, 6)], [2])
case("flip", lambda x: x.flip(1), [X(3, 5)], [1])

# ---- indices ----
begin("index")
case("indexSelect", lambda x, i: x.index_select(1, i), [X(3, 5), ints(4, 0, 0, 2)], [1, I(1)])
case("indexSelect", lambda x, i: x.index_select(0, i), [X(4, 2, 3), ints(3, 3, 1)], [0, I(1)])
rows = ints([0, 2, 1, 1], [2, 0, 0, 1])
case("gather", lambda x, i: x.gather(1, i), [X(2, 3), rows], [1, I(1)])
case("gather", lambda x, i: x.gather(0, i), [X(3, 5), rows], [0, I(1)])
once = ints([0, 2], [1, 0], [2, 1])
case("scatter", lambda x, i, s: x.scatter(1, i, s), [X(3, 4), once, X(3, 2)], [1, I(1), I(2)])
case("scatterAdd", lambda x, i, s: x.scatter_add(1, i, s), [X(2, 3), rows, X(2, 4)], [1, I(1), I(2)])
case("scatterAdd", lambda x, i, s: x.scatter_add(0, i, s), [X(3, 5), rows, X(2, 4)], [0, I(1), I(2)])
for reduction in ["sum", "mean", "prod", "amax", "amin"]:
    case("scatterReduce", lambda x, i, s: x.scatter_reduce(1, i, s, reduction), [X(2, 3), rows, X(2, 4)],
         [1, I(1), I(2), reduction])
case("scatter", lambda x, i: x.scatter(0, i, 1.5), [X(3, 3), ints([0, 2])], [0, I(1), 1.5])
case("maskedFill", lambda x, m: x.masked_fill(m, 0.25), [X(2, 3), np.array([[1, 0, 1], [0, 0, 1]], np.uint8)], [I(1), 0.25])
case("embedding", lambda x, i: F.embedding(i, x), [X(4, 3), ints([1, 3], [1, 0])], [I(1)])
case("sliceScatter", lambda x, s: x.slice_scatter(s, 1, 1, 3), [X(3, 4), X(3, 2)], [I(1), 1, 1])
for reduction in ["sum", "amax"]:
    case("scatterReduce", lambda x, i, s: x.scatter_reduce(1, i, s, reduction, include_self=False),
         [X(2, 3), rows, X(2, 4)], [1, I(1), I(2), reduction, False])
case("indexAdd", lambda x, i, s: x.index_add(1, i, s), [X(3, 5), ints(4, 0, 4), X(3, 3)], [1, I(1), I(2)])
case("indexAdd", lambda x, i, s: x.index_add(0, i, s), [X(4, 2), ints(1, 1, 3), X(3, 2)], [0, I(1), I(2)])

# ---- norms and losses ----
begin("nn")
case("rmsNorm", lambda x, w: F.rms_norm(x, (5,), w, 1e-5), [X(3, 5), X(5)], [I(0), I(1), 1e-5], "function")
case("rmsNorm", lambda x, w: F.rms_norm(x, (3,), w, 1e-2), [X(2, 4, 3), X(3)], [I(0), I(1), 1e-2], "function")
case("layerNorm", lambda x, w, b: F.layer_norm(x, (5,), w, b, 1e-5), [X(3, 5), X(5), X(5)], [I(0), I(1), I(2), 1e-5],
     "function", tolerance=3e-5)
case("layerNorm", lambda x, w: F.layer_norm(x, (7,), w, None, 1e-3), [X(2, 2, 7), X(7)], [I(0), I(1), None, 1e-3],
     "function", tolerance=3e-5)
targets = ints(1, 4, 0)
for options, torch_options in [
    ({}, {}), ({"reduction": "sum"}, {"reduction": "sum"}), ({"reduction": "none"}, {"reduction": "none"}),
    ({"smoothing": 0.2}, {"label_smoothing": 0.2}), ({"ignoreIndex": 4}, {"ignore_index": 4}),
    ({"smoothing": 0.1, "ignoreIndex": 4}, {"label_smoothing": 0.1, "ignore_index": 4}),
]:
    case("crossEntropy", lambda x, y: F.cross_entropy(x, y, **torch_options), [X(3, 5), targets], [I(0), I(1), options],
         "function")


def weighted(reduction, smoothing):
    weights = P(5)
    fixed = torch.tensor(weights, dtype=torch.float64)
    case("crossEntropy", lambda x, y, w: F.cross_entropy(x, y, fixed, reduction=reduction, label_smoothing=smoothing)
         + 0 * w.sum(), [X(3, 5), targets, weights],
         [I(0), I(1), {"weights": I(2), "reduction": reduction, "smoothing": smoothing}], "function", needs="mseLoss")
    family[-1]["gradients"][2] = None


for reduction in ["mean", "sum", "none"]:
    weighted(reduction, 0)
weighted("mean", 0.3)
logs = np.log(np.array([[0.2, 0.5, 0.3], [0.7, 0.1, 0.2], [0.3, 0.3, 0.4]])).astype(np.float32)
case("nllLoss", lambda x, y: F.nll_loss(x, y), [logs, ints(2, 0, 1)], [I(0), I(1)], "function")
for reduction in ["mean", "sum", "none"]:
    options = {"reduction": reduction}
    case("mseLoss", lambda x, y: F.mse_loss(x, y, **options), [X(3, 4), X(3, 4)], [I(0), I(1), options], "function")
    case("l1Loss", lambda x, y: F.l1_loss(x, y, **options), [X(3, 4), X(3, 4)], [I(0), I(1), options], "function")
    case("huberLoss", lambda x, y: F.huber_loss(x, y, **options), [X(3, 4), X(3, 4)], [I(0), I(1), options], "function")
    case("bceWithLogits", lambda x, y: F.binary_cross_entropy_with_logits(x, y, **options),
         [X(3, 4), X(3, 4, low=0.01, high=0.99)], [I(0), I(1), options], "function")
case("smoothL1Loss", lambda x, y: F.smooth_l1_loss(x, y, beta=0.5), [X(3, 4), X(3, 4)], [I(0), I(1), {"beta": 0.5}],
     "function")
case("nllLoss", lambda x, y: F.nll_loss(x, y, ignore_index=0, reduction="sum"), [logs, ints(2, 0, 1)],
     [I(0), I(1), {"ignoreIndex": 0, "reduction": "sum"}], "function")
case("klDiv", lambda x, y: F.kl_div(x, y, reduction="mean", log_target=True), [logs, logs[[1, 2, 0]]],
     [I(0), I(1), {"logTarget": True}], "function")
case("linear", lambda x, w, b: F.linear(x, w, b), [X(3, 4), X(2, 4), X(2)], [I(0), I(1), I(2)], "function")
case("huberLoss", lambda x, y: F.huber_loss(x, y, delta=0.5), [X(3, 4), X(3, 4)], [I(0), I(1), {"delta": 0.5}], "function")
case("klDiv", lambda x, y: F.kl_div(x, y, reduction="sum"), [logs, np.exp(logs[[1, 2, 0]])],
     [I(0), I(1), {"reduction": "sum"}], "function")
case("klDiv", lambda x, y: F.kl_div(x, y, reduction="batchmean"), [logs, np.exp(logs[[1, 2, 0]])],
     [I(0), I(1), {"reduction": "batchmean"}], "function")

# ---- convolution, pooling, upsampling ----
begin("conv")


def convolution(name, torch_op, x, w, bias=True, **options):
    inputs = [X(*x), X(*w)] + ([X(w[1] * options.get("groups", 1) if "Transpose" in name else w[0])] if bias else [])
    torch_names = {"outputPadding": "output_padding"}
    named = {torch_names.get(key, key): value for key, value in options.items()}
    case(name, lambda x, w, b=None: torch_op(x, w, b, **named), inputs, [I(1), I(2) if bias else None, options])


convolution("conv1d", F.conv1d, (2, 3, 7), (4, 3, 3))
convolution("conv1d", F.conv1d, (1, 4, 9), (4, 2, 3), stride=2, padding=1, groups=2)
convolution("conv1d", F.conv1d, (2, 2, 8), (3, 2, 3), bias=False, dilation=2)
convolution("conv2d", F.conv2d, (2, 3, 5, 6), (2, 3, 3, 2))
convolution("conv2d", F.conv2d, (1, 4, 5, 5), (4, 1, 3, 3), padding=1, groups=4)
convolution("conv2d", F.conv2d, (1, 2, 7, 6), (3, 2, 3, 3), bias=False, stride=2, padding=1)
convolution("conv2d", F.conv2d, (1, 2, 6, 7), (2, 2, 2, 3), dilation=2)
convolution("convTranspose1d", F.conv_transpose1d, (2, 3, 5), (3, 2, 3))
convolution("convTranspose1d", F.conv_transpose1d, (1, 4, 4), (4, 2, 3), stride=2, padding=1, outputPadding=1, groups=2)
convolution("convTranspose2d", F.conv_transpose2d, (1, 2, 3, 4), (2, 3, 2, 3))
convolution("convTranspose2d", F.conv_transpose2d, (1, 2, 3, 3), (2, 2, 3, 3), bias=False, stride=2, padding=1)
for name, op in {"maxPool2d": F.max_pool2d, "avgPool2d": F.avg_pool2d}.items():
    case(name, lambda x: op(x, 2), [X(2, 2, 5, 6)], [2])
    case(name, lambda x: op(x, 3, stride=2, padding=1), [X(1, 2, 6, 5)], [3, {"stride": 2, "padding": 1}])
case("upsampleNearest2d", lambda x: F.interpolate(x, (5, 7), mode="nearest"), [X(1, 2, 3, 4)], [{"size": [5, 7]}])
case("upsampleBilinear2d", lambda x: F.interpolate(x, (5, 7), mode="bilinear"), [X(1, 2, 3, 4)], [{"size": [5, 7]}])
case("upsampleNearest2d", lambda x: F.interpolate(x, scale_factor=2, mode="nearest"), [X(2, 1, 3, 2)],
     [{"scaleFactor": 2}])
case("upsampleBilinear2d", lambda x: F.interpolate(x, (5, 2), mode="bilinear", align_corners=True), [X(1, 2, 3, 4)],
     [{"size": [5, 2], "alignCorners": True}])
case("upsampleNearest1d", lambda x: F.interpolate(x, 7, mode="nearest"), [X(2, 2, 4)], [{"size": 7}])
case("maxPool1d", lambda x: F.max_pool1d(x, 3, stride=2), [X(2, 2, 8)], [3, {"stride": 2}])
case("avgPool1d", lambda x: F.avg_pool1d(x, 3, stride=1, padding=1), [X(2, 2, 6)], [3, {"stride": 1, "padding": 1}])
case("maxPool2d", lambda x: F.max_pool2d(x, 2, stride=2, ceil_mode=True), [X(1, 1, 5, 3)],
     [2, {"stride": 2, "ceilMode": True}])
case("maxPool2d", lambda x: F.max_pool2d(x, 3, stride=1), [np.ones((1, 1, 4, 4), np.float32)], [3, {"stride": 1}],
     note="equals: the first has the gradient")
case("avgPool2d", lambda x: F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False), [X(1, 1, 5, 5)],
     [3, {"stride": 2, "padding": 1, "countIncludePad": False}])
case("adaptiveAvgPool2d", lambda x: F.adaptive_avg_pool2d(x, (2, 3)), [X(1, 2, 4, 6)], [[2, 3]])
case("groupNorm", lambda x, w, b: F.group_norm(x, 2, w, b, 1e-5), [X(2, 4, 3), X(4), X(4)],
     [I(0), 2, I(1), I(2), 1e-5], "function", tolerance=3e-5)

# the families from here on draw from the same state: each of these three groups was written beside the others
drawn = rng.bit_generator.state

# ---- order statistics ----
begin("order")
case("median", torch.median, [X(5)], note="of all")
case("median", torch.median, [X(2, 4)], note="of all, an even number")
case("median", lambda x: x.median(1), [X(3, 4)], [1])
case("median", lambda x: x.median(0, keepdim=True), [X(5, 3)], [0, True])
case("median", torch.median, [np.array([2, 1, 2, 5, 2], np.float32)], note="equals share the gradient")
case("median", lambda x: x.median(1), [np.array([[1, np.nan, 3, np.nan], [np.inf, 1, -np.inf, 2]], np.float32)], [1],
     gradient=False, note="NaN and infinities")

# ---- losses by class: in the shapes and with the options of PyTorch ----
begin("losses")
rng.bit_generator.state = drawn
OPTIONS = {"weights": "weight", "ignoreIndex": "ignore_index", "smoothing": "label_smoothing", "reduction": "reduction"}


def classes(*shape):
    return rng.integers(0, 4, size=shape, dtype=np.int32)


def by_class(op, torch_op, shape, weighted=False, last=False, shares=False, **options):
    """Four classes in dimension 1, or where `last` says so behind the others, with gradients by all floats but the weights."""
    others = shape[:1] if len(shape) > 1 else ()
    targets = classes(*shape[:-1] if last else (*others, *shape[2:]))
    if "ignoreIndex" in options:
        targets.reshape(-1)[0] = options["ignoreIndex"]
    second = P(*shape) if shares else targets
    inputs = [X(*shape), second] + ([P(4)] if weighted else [])
    named = {OPTIONS[key]: value for key, value in options.items()}

    def compute(x, y, w=None):
        moved = x.movedim(-1, 1) if last else x
        if w is None:
            return torch_op(moved, y, w, **named)
        return torch_op(moved, y, w.detach(), **named) + 0 * w.sum()  # PyTorch has no gradient by the weights
    given = {**options, **({"weights": I(2)} if weighted else {}), **({"classDim": -1} if last else {})}
    case(op, compute, inputs, [I(0), I(1), given], "function", needs="nllLoss")
    if weighted:
        family[-1]["gradients"][2] = None


def nll(x, y, w=None, **options):
    return F.nll_loss(x, y, w, **options)


for reduction in ["none", "mean", "sum"]:
    for op, torch_op in [("crossEntropy", F.cross_entropy), ("nllLoss", nll)]:
        by_class(op, torch_op, (4,), reduction=reduction)
        by_class(op, torch_op, (3, 4, 2), reduction=reduction, weighted=True, ignoreIndex=-1)
        by_class(op, torch_op, (2, 4, 3, 2), reduction=reduction)
        by_class(op, torch_op, (2, 3, 4), reduction=reduction, last=True)
    by_class("crossEntropy", F.cross_entropy, (2, 4, 3), reduction=reduction, weighted=True, smoothing=0.2, ignoreIndex=7)
    by_class("crossEntropy", F.cross_entropy, (4,), reduction=reduction, weighted=True, smoothing=0.3)
    by_class("crossEntropy", F.cross_entropy, (2, 3, 4), reduction=reduction, weighted=True, last=True)
    by_class("crossEntropy", F.cross_entropy, (2, 4), reduction=reduction, shares=True)
    by_class("crossEntropy", F.cross_entropy, (2, 4, 3), reduction=reduction, shares=True, weighted=True, smoothing=0.1)

# ---- f64 and its precision, in ops that have rows or compositions of their own for it ----
begin("f64")
rounds = False


def D(*shape, low=-2.5, high=2.5):
    """Numbers of two decimals, which f32 does not hold."""
    return np.round(X(*shape, low=low, high=high).astype(np.float64), 2)


def exact(op, torch_op, inputs, args=(), call="method", gradient=True):
    case(op, torch_op, inputs, args, call, gradient, tolerance=2e-14)


for d, shape in [(0, (4,)), (1, (2, 5, 3)), (-1, (2, 7))]:
    exact("cumsum", lambda x: x.cumsum(d), [D(*shape)], [d])
    exact("cumprod", lambda x: x.cumprod(d), [D(*shape)], [d])
    exact("prod", lambda x: x.prod(d), [D(*shape)], [d])
    exact("logSumExp", lambda x: x.logsumexp(d), [D(*shape)], [d])
    for name, op in [("cummax", torch.cummax), ("cummin", torch.cummin)]:
        exact(name, lambda x: tuple(op(x, d)), [D(*shape)], [d])
    for descending in [False, True]:
        exact("sort", lambda x: tuple(x.sort(d, descending)), [D(*shape)], [d, descending])
    exact("topK", lambda x: tuple(x.topk(2, d)), [D(*shape)], [2, d])
holes = D(2, 3)
holes[0, 1] = holes[1, 0] = holes[1, 2] = 0
exact("prod", lambda x: x.prod(1, True), [holes], [1, True])
exact("prod", lambda x: x.prod(), [D(2, 3)])
exact("cumprod", lambda x: x.cumprod(1), [holes], [1])
ties = np.array([2, np.nan, 1, np.inf, 2, -0.0, -np.inf, 0.0, np.nan, 1])
exact("sort", lambda x: tuple(x.sort(stable=True)), [ties], gradient=False)
exact("sort", lambda x: tuple(x.sort(descending=True, stable=True)), [ties], [-1, True], gradient=False)
exact("cummax", lambda x: tuple(x.cummax(0)), [ties], [0], gradient=False)
exact("rmsNorm", lambda x, w: F.rms_norm(x, (5,), w, 1e-5), [D(3, 5), D(5)], [I(0), I(1), 1e-5], "function")
exact("layerNorm", lambda x, w, b: F.layer_norm(x, (5,), w, b, 1e-5), [D(3, 5), D(5), D(5)], [I(0), I(1), I(2), 1e-5],
      "function")
exact("layerNorm", lambda x, w: F.layer_norm(x, (5,), w, None, 1e-5), [D(2, 2, 5), D(5)], [I(0), I(1), None, 1e-5],
      "function")
exact("groupNorm", lambda x, w, b: F.group_norm(x, 2, w, b, 1e-5), [D(2, 4, 3), D(4), D(4)],
      [I(0), 2, I(1), I(2), 1e-5], "function")
for reduction in ["mean", "sum", "none"]:
    options = {"reduction": reduction}
    for op, torch_op in [("mseLoss", F.mse_loss), ("l1Loss", F.l1_loss), ("huberLoss", F.huber_loss),
                         ("smoothL1Loss", F.smooth_l1_loss)]:
        exact(op, lambda x, y: torch_op(x, y, reduction=reduction), [D(3, 4), D(3, 4)], [I(0), I(1), options],
              "function")
    exact("bceWithLogits", lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction=reduction),
          [D(3, 4), D(3, 4, low=0.01, high=0.99)], [I(0), I(1), options], "function")
    exact("crossEntropy", lambda x, y: F.cross_entropy(x, y, reduction=reduction, label_smoothing=0.1),
          [D(2, 4, 3), classes(2, 3)], [I(0), I(1), {**options, "smoothing": 0.1}], "function")
    exact("nllLoss", lambda x, y: F.nll_loss(x, y, reduction=reduction), [D(3, 4), classes(3)],
          [I(0), I(1), options], "function")
exact("klDiv", lambda x, y: F.kl_div(x, y, reduction="batchmean"), [D(3, 4), D(3, 4, low=0.05, high=3)],
      [I(0), I(1), {"reduction": "batchmean"}], "function")


def exact_convolution(name, torch_op, x, w, bias=True, **options):
    torch_names = {"outputPadding": "output_padding"}
    named = {torch_names.get(key, key): value for key, value in options.items()}
    outputs = w[1] * options.get("groups", 1) if "Transpose" in name else w[0]
    inputs = [D(*x), D(*w)] + ([D(outputs)] if bias else [])
    exact(name, lambda x, w, b=None: torch_op(x, w, b, **named), inputs, [I(1), I(2) if bias else None, options])


exact_convolution("conv1d", F.conv1d, (2, 3, 7), (4, 3, 3))
exact_convolution("conv1d", F.conv1d, (1, 4, 9), (4, 2, 3), stride=2, padding=1, groups=2)
exact_convolution("conv1d", F.conv1d, (1, 2, 8), (2, 2, 4), padding="same")
exact_convolution("conv2d", F.conv2d, (2, 3, 5, 6), (2, 3, 3, 2))
exact_convolution("conv2d", F.conv2d, (1, 4, 5, 5), (4, 1, 3, 3), padding=1, groups=4)
exact_convolution("conv2d", F.conv2d, (1, 2, 7, 6), (3, 2, 3, 3), bias=False, stride=2, padding=1, dilation=2)
exact_convolution("convTranspose1d", F.conv_transpose1d, (2, 3, 5), (3, 2, 3))
exact_convolution("convTranspose1d", F.conv_transpose1d, (1, 4, 4), (4, 2, 3), stride=2, padding=1, outputPadding=1,
                  groups=2)
exact_convolution("convTranspose2d", F.conv_transpose2d, (1, 2, 3, 4), (2, 3, 2, 3), dilation=2)
exact_convolution("convTranspose2d", F.conv_transpose2d, (1, 2, 3, 3), (2, 2, 3, 3), bias=False, stride=2, padding=1)
for options in [{}, {"stride": 2, "padding": 1}, {"stride": 2, "ceilMode": True}]:
    named = {"stride": options.get("stride", 3), "padding": options.get("padding", 0),
             "ceil_mode": options.get("ceilMode", False)}
    exact("maxPool2d", lambda x: F.max_pool2d(x, 3, **named), [D(2, 2, 6, 5)], [3, options])
    exact("avgPool2d", lambda x: F.avg_pool2d(x, 3, **named), [D(2, 2, 6, 5)], [3, options])
    exact("avgPool2d", lambda x: F.avg_pool2d(x, 3, count_include_pad=False, **named), [D(1, 2, 6, 5)],
          [3, {**options, "countIncludePad": False}])
exact("maxPool1d", lambda x: F.max_pool1d(x, 3, stride=2, dilation=2), [D(2, 2, 8)], [3, {"stride": 2, "dilation": 2}])
exact("maxPool2d", lambda x: F.max_pool2d(x, 3, stride=1), [np.ones((1, 1, 4, 4))], [3, {"stride": 1}])
exact("avgPool1d", lambda x: F.avg_pool1d(x, 3, stride=1, padding=1), [D(2, 2, 6)], [3, {"stride": 1, "padding": 1}])
exact("avgPool2d", lambda x: F.avg_pool2d(x, 2, divisor_override=3), [D(1, 1, 4, 4)], [2, {"divisorOverride": 3}])
exact("adaptiveAvgPool2d", lambda x: F.adaptive_avg_pool2d(x, (2, 3)), [D(1, 2, 4, 6)], [[2, 3]])
for align in [False, True]:
    exact("upsampleBilinear2d", lambda x: F.interpolate(x, (5, 7), mode="bilinear", align_corners=align),
          [D(1, 2, 3, 4)], [{"size": [5, 7], "alignCorners": align}])
exact("upsampleNearest2d", lambda x: F.interpolate(x, (5, 7), mode="nearest"), [D(1, 2, 3, 4)], [{"size": [5, 7]}])
exact("upsampleBilinear2d", lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"), [D(2, 1, 3, 2)],
      [{"scaleFactor": 2}])
exact("upsampleNearest1d", lambda x: F.interpolate(x, 7, mode="nearest"), [D(2, 2, 4)], [{"size": 7}])
places = np.array([[1, 0, 1], [2, 2, 2]], dtype=np.int32)
for reduction in ["sum", "prod", "mean", "amax", "amin"]:
    exact("scatterReduce", lambda x, i, s: x.scatter_reduce(1, i.long(), s, reduction), [D(2, 4), places, D(2, 3)],
          [1, I(1), I(2), reduction, True])
exact("scatter", lambda x, i, s: x.scatter(1, i.long(), s), [D(2, 4), ints([1, 0, 3], [2, 3, 0]), D(2, 3)],
      [1, I(1), I(2)])
exact("scaledDotProductAttention", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
      [D(1, 2, 3, 4), D(1, 2, 3, 4), D(1, 2, 3, 4)], [I(0), I(1), I(2), {"causal": True}], "function")
# ---- what makes tensors, and what moves or tells without a gradient ----
begin("making")
rng.bit_generator.state = drawn
rounds = True
case("arange", lambda: torch.arange(1, 3, 0.3, dtype=torch.float64), [], [1, 3, 0.3], "function", gradient=False)
case("arange", lambda: torch.arange(5, -2, -3, dtype=torch.float64), [], [5, -2, -3], "function", gradient=False)
case("linspace", lambda: torch.linspace(-1, 2, 7, dtype=torch.float64), [], [-1, 2, 7], "function", gradient=False)
case("linspace", lambda: torch.linspace(3, 2, 1, dtype=torch.float64), [], [3, 2, 1], "function", gradient=False)
case("zeros", lambda: torch.zeros(3, 0, 2), [], [[3, 0, 2]], "function", gradient=False)
case("ones", lambda: torch.ones(3, 5), [], [[3, 5]], "function", gradient=False)
case("full", lambda: torch.full((3, 1), -math.inf), [], [[3, 1], -math.inf], "function", gradient=False)
case("eye", lambda: torch.eye(3), [], [3], "function", gradient=False)
case("eye", lambda: torch.eye(3, 5), [], [3, 5], "function", gradient=False)
case("tri", lambda: torch.ones(3, 5).tril(1), [], [3, 5, 1], "function", gradient=False)
case("tri", lambda: torch.ones(3, 3).tril(-1), [], [3, 3, -1], "function", gradient=False)
case("zerosLike", torch.zeros_like, [ODD], [I(0)], "function", gradient=False)
case("onesLike", torch.ones_like, [ODD], [I(0)], "function", gradient=False)
case("fullLike", lambda x: torch.full_like(x, 2.5), [ODD], [I(0), 2.5], "function", gradient=False)
case("meshgrid", lambda a, b: torch.meshgrid(a, b, indexing="ij"), [X(3), X(5)], [[I(0), I(1)]], "function")
case("meshgrid", lambda a, b, c: torch.meshgrid(a, b, c, indexing="xy"), [X(3), X(2), X(1)],
     [[I(0), I(1), I(2)], "xy"], "function")
case("oneHot", lambda i: F.one_hot(i, 5), [ints([0, 4, 2], [1, 1, 3])], [I(0), 5], "function", gradient=False)
case("detach", lambda x: x.detach(), [X(3, 5)], gradient=False)
case("copy", lambda x: x.clone(), [X(3, 5)])
case("toF32", lambda x: x.float().double(), [X(3, 5)])
case("expandAs", lambda x, y: x.expand_as(y), [X(3), X(2, 3)], [I(1)])
family[-1]["gradients"][1] = None

begin("telling")
case("clamp", lambda x: x.clamp(-1, 2), [np.array([-2, -1, 0, 2, 3], np.float32)], [-1, 2], note="at its bounds")
for name, op in {"floorDiv": torch.floor_divide, "remainder": torch.remainder}.items():
    case(name, op, [X(3, 5), X(5)], [I(1)], gradient=name == "remainder")
    case(name, lambda x: op(x, -0.75), [X(7)], [-0.75], gradient=name == "remainder")
    case(name, op, [ints([7, -7, 8], [-8, 0, 1]), ints([2, 2, -3], [-3, 5, -1])], [I(1)], gradient=False)
for name, op in {"logicalAnd": torch.logical_and, "logicalOr": torch.logical_or, "logicalXor": torch.logical_xor}.items():
    case(name, op, [np.array([[0, 1, np.nan], [0, -2, 0]], np.float32), np.array([0, 0, 3], np.float32)], [I(1)],
         gradient=False)
case("logicalNot", torch.logical_not, [ODD], gradient=False)
for name, op in {"all": torch.all, "any": torch.any}.items():
    truths = np.array([[0, 1, np.nan], [0, 0, 0], [-2, np.inf, 1]], np.float32)
    case(name, op, [truths], gradient=False)
    case(name, lambda x: op(x, 1), [truths], [1], gradient=False)
    case(name, lambda x: op(x, 0, keepdim=True), [X(1)[:0].reshape(0, 3)], [0, True], gradient=False, note="of nothing")
case("countNonzero", lambda x: torch.count_nonzero(x, 1), [np.array([[0, 1, np.nan], [0, 0, -0.5]], np.float32)], [1],
     gradient=False)
for name, op in {"cummax": torch.cummax, "cummin": torch.cummin}.items():
    case(name, lambda x: op(x, 1), [X(3, 5)], [1])
    case(name, lambda x: op(x, 0), [X(5, 2)], [0])
    case(name, lambda x: op(x, 0), [np.array([1, 3, 3, np.nan, 5, -np.inf, np.nan], np.float32)], [0], gradient=False,
         note="a tie, NaN and infinity")
case("maskedSelect", lambda x, m: x.masked_select(m), [X(3, 5), np.array([1, 0, 1, 1, 0], np.uint8)], [I(1)])
case("nonzero", torch.nonzero, [np.array([[0, 1, np.nan], [0, -2, 0]], np.float32)], gradient=False)
case("nonzero", torch.nonzero, [np.zeros((3, 1), np.float32)], gradient=False, note="none")

begin("items")
case("i", lambda x: x[-1], [X(3, 5)], [-1])
case("i", lambda x: x[:, 1:5:2], [X(3, 7)], [":", [1, 5, 2]])
case("i", lambda x: x[1:3, :, 0], [X(3, 2, 5)], [[1, 3], None, 0])
case("i", lambda x, i: x[i], [X(3, 5), ints([2, 0], [0, 0])], [I(1)])
case("i", lambda x, i: x[:, i], [X(3, 5), ints(4, 4, 1)], [":", I(1)])
case("get", lambda x: x[2, -1], [X(3, 5)], [2, -1])
case("sliceAssign", lambda x, s: torch.slice_scatter(x, s, 0, 1, 3), [X(5, 3), X(2, 3)], [[[1, 3]], I(1)])


def assigned(x, s):
    y = x.clone()
    y[::2, 1] = s
    return y


case("sliceAssign", assigned, [X(5, 3), X(3)], [[[0, 5, 2], 1], I(1)])
case("sliceSet", lambda x, s: torch.slice_scatter(x, s, 1, 2, 5), [X(3, 5), X(3, 3)], [I(1), 1, 2], gradient=False)
case("scatterSet", lambda x, i, s: x.scatter(1, i, s), [X(3, 5), once, X(3, 2)], [1, I(1), I(2)], gradient=False)

begin("attention")


def attention(inputs, options, note=None, gradient=True, tolerance=None, **named):
    place = {"mask": I(3)} if len(inputs) > 3 else {}
    case("scaledDotProductAttention",
         lambda q, k, v, mask=None: F.scaled_dot_product_attention(q, k, v, mask, **named), inputs,
         [I(0), I(1), I(2), {**options, **place}], "function", note=note, gradient=gradient, tolerance=tolerance)


attention([X(1, 2, 3, 5), X(1, 2, 7, 5), X(1, 2, 7, 5)], {})
attention([X(2, 1, 5, 3), X(2, 1, 5, 3), X(2, 1, 5, 3)], {"causal": True}, is_causal=True)
attention([X(1, 4, 3, 5), X(1, 2, 3, 5), X(1, 2, 3, 5)], {"causal": True, "scale": 0.5}, "shared heads", is_causal=True,
          scale=0.5, enable_gqa=True)
attention([X(1, 2, 3, 5), X(1, 2, 5, 5), X(1, 2, 5, 5), X(3, 5)], {}, "a mask that is added")
attention([X(1, 1, 3, 5), X(1, 1, 5, 5), X(1, 1, 5, 5), np.array([[1, 0, 1, 1, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 1]], np.uint8)],
          {}, "a mask of truth")
far = np.array([[[[300, 0, 0], [-300, 0, 0], [np.inf, 1, 1]]]], np.float32)
attention([far, far[:, :, :2], X(1, 1, 2, 3)], {}, "far ends", gradient=False)


def rotated(x, table, pairs, position):
    """Pairs of [.., T, H, D] turned by the table's (cosine, sine) of each position and pair (Su et al. 2021)."""
    T, R = x.shape[-3], table.shape[1]
    cos, sin = table[position:position + T, None, ::2], table[position:position + T, None, 1::2]
    turned = x[..., :R]
    a, b = turned.chunk(2, -1) if pairs == "halved" else (turned[..., ::2], turned[..., 1::2])
    both = [a * cos - b * sin, a * sin + b * cos]
    both = torch.cat(both, -1) if pairs == "halved" else torch.stack(both, -1).flatten(-2)
    return torch.cat([both, x[..., R:]], -1)


for pairs in ["halved", "interleaved"]:
    for shape, position in [((3, 2, 5), 1), ((2, 3, 1, 4), 0)]:
        case("rope", lambda x, t: rotated(x, t.detach(), pairs, position), [X(*shape), X(5, 4)],
             [I(0), I(1), position, pairs], "function")
        family[-1]["gradients"][1], family[-1]["dense"] = None, [1]
case("rope", lambda x, t: rotated(x, t, "halved", 0), [np.array([[[np.nan, 1, np.inf, -2]]], np.float32), X(1, 4)],
     [I(0), I(1)], "function", gradient=False, note="NaN and infinity")
family[-1]["dense"] = [1]

begin("norms")
for shape in [(5, 3), (4, 3, 5)]:
    case("batchNorm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True), [X(*shape), X(3), X(3)],
         [I(0), None, I(1), I(2)], "function", tolerance=3e-5)
    family[-1]["results"] = ["y"]
    case("batchNorm", lambda x, m, v, w, b: F.batch_norm(x, m.detach(), v.detach(), w, b, False, eps=1e-3),
         [X(*shape), X(3), P(3), X(3), X(3)], [I(0), {"mean": I(1), "variance": I(2)}, I(3), I(4), 1e-3], "function",
         tolerance=3e-5)
    family[-1]["results"] = ["y"]
    family[-1]["gradients"][1:3] = [None, None]

# ---- NaN and infinities where the framework defines what comes of them ----
begin("odd")
GRID = np.array([[np.nan, 1, -2.5], [np.inf, -np.inf, 0], [-0.0, 3, np.inf]], np.float32)
LINE = GRID.reshape(1, 9)[:, :8]


# of whole numbers, truth or steps, in place; or with a slope at NaN that is PyTorch's own choice (its products divide)
VALUES_ALONE = """floorDiv floor ceil round trunc sign argmax argmin argsort nonzero all any countNonzero detach sliceSet
    scatterSet elu selu hardSwish prelu prod cumprod""".split()


def odd(name, torch_op, args=(), inputs=None, call="method", **rest):
    case(name, torch_op, [GRID, *(inputs or [])], args, call, gradient=name not in VALUES_ALONE, note="NaN and infinities",
         **rest)


moves = {
    "reshape": (lambda x: x.reshape(9), [9]), "permute": (lambda x: x.permute(1, 0), [1, 0]),
    "transpose": (lambda x: x.transpose(0, 1), [0, 1]), "t": (lambda x: x.t(), []),
    "narrow": (lambda x: x.narrow(0, 1, 2), [0, 1, 2]), "expand": (lambda x: x.expand(2, 3, 3), [2, 3, 3]),
    "unsqueeze": (lambda x: x.unsqueeze(0), [0]), "contiguous": (lambda x: x.contiguous(), []),
    "copy": (lambda x: x.clone(), []), "detach": (lambda x: x.detach(), []), "toF32": (lambda x: x, []),
    "flatten": (lambda x: x.flatten(), []), "unflatten": (lambda x: x.unflatten(1, (3, 1)), [1, [3, 1]]),
    "movedim": (lambda x: x.movedim(0, 1), [0, 1]), "broadcastTo": (lambda x: x.broadcast_to(2, 3, 3), [[2, 3, 3]]),
    "split": (lambda x: x.split(2), [2]), "chunk": (lambda x: x.chunk(2), [2]), "unbind": (lambda x: x.unbind(1), [1]), "repeat": (lambda x: x.repeat(1, 2), [1, 2]),
    "repeatInterleave": (lambda x: x.repeat_interleave(2, 1), [2, 1]), "roll": (lambda x: x.roll(1, 1), [1, 1]),
    "flip": (lambda x: x.flip(1), [1]), "unfold": (lambda x: x.unfold(1, 2, 1), [1, 2, 1]),
    "pad": (lambda x: F.pad(x, (1, 0), value=math.inf), [[1, 0], math.inf]), "tril": (torch.tril, []),
    "triu": (torch.triu, []), "diag": (torch.diag, []), "diagonal": (torch.diagonal, []),
    "i": (lambda x: x[1:], [[1, 3]]), "get": (lambda x: x[-1], [-1]),
    "silu": (F.silu, []), "gelu": (F.gelu, []), "log2": (torch.log2, []), "log10": (torch.log10, []), "sin": (torch.sin, []),
    "cos": (torch.cos, []), "tan": (torch.tan, []), "affine": (lambda x: x * 2 + 1, [2, 1]), "floor": (torch.floor, []),
    "ceil": (torch.ceil, []), "round": (torch.round, []), "trunc": (torch.trunc, []), "elu": (F.elu, []), "leakyRelu": (F.leaky_relu, []), "softplus": (F.softplus, []), "logSigmoid": (F.logsigmoid, []),
    "mish": (F.mish, []), "relu6": (F.relu6, []), "hardSwish": (F.hardswish, []), "selu": (F.selu, []),
    "prod": (lambda x: x.prod(1), [1]), "argmax": (lambda x: x.argmax(1), [1]), "argmin": (lambda x: x.argmin(1), [1]),
    "var": (lambda x: x.var(1), [1]), "std": (lambda x: x.std(1), [1]), "norm": (lambda x: x.norm(2, 1), [2, 1]),
    "logSumExp": (lambda x: x.logsumexp(1), [1]), "softmax": (lambda x: x.softmax(1), [1]),
    "logSoftmax": (lambda x: x.log_softmax(1), [1]), "cumsum": (lambda x: x.cumsum(1), [1]),
    "cumprod": (lambda x: x.cumprod(1), [1]), "sort": (lambda x: x.sort(1), [1]), "argsort": (lambda x: x.argsort(1), [1]),
    "topK": (lambda x: x.topk(2, 1), [2, 1]), "trace": (torch.trace, []),
    "nonzero": (torch.nonzero, []), "all": (torch.all, []), "any": (torch.any, []),
    "countNonzero": (torch.count_nonzero, []), "sqr": (torch.square, []),
}
odd("sign", lambda x: torch.where(x.isnan(), x, x.sign()))  # NaN stays, as in NumPy; PyTorch makes it 0
for name, (op, args) in moves.items():
    odd(name, op, args)
odd("cat", lambda x: torch.cat([x, x]), [[I(0), I(0)]], call="function")
odd("stack", lambda x: torch.stack([x, x]), [[I(0), I(0)]], call="function")
odd("einsum", lambda x: torch.einsum("ij->ji", x), ["ij->ji", I(0)], call="function")
odd("squeeze", lambda x: x.squeeze(), [])
odd("prelu", lambda x, w: F.prelu(x, w), [I(1)], [np.array([0.5, np.nan, -1], np.float32)])
odd("floorDiv", lambda x: torch.floor_divide(x, 2), [2])
odd("remainder", lambda x: torch.remainder(x, 2), [2])
odd("remainder", torch.remainder, [I(1)], [GRID[[1, 0, 2]]])
case("where", lambda c, x: torch.where(c, x, -math.inf), [np.array([1, 0, 1], np.uint8), GRID], [I(1), -math.inf],
     gradient=False, note="NaN and infinities")
odd("indexSelect", lambda x, i: x.index_select(0, i), [0, I(1)], [ints(2, 0)])
odd("indexAdd", lambda x, i, s: x.index_add(0, i, s), [0, I(1), I(2)], [ints(2), X(1, 3)])
odd("embedding", lambda x, i: F.embedding(i, x), [I(1)], [ints(2, 0)])
corners = ints([0, 2, 1])
odd("gather", lambda x, i: x.gather(0, i), [0, I(1)], [corners])
odd("scatter", lambda x, i, s: x.scatter(0, i, s), [0, I(1), I(2)], [corners, X(1, 3)])
odd("scatterAdd", lambda x, i, s: x.scatter_add(0, i, s), [0, I(1), I(2)], [corners, X(1, 3)])
odd("scatterSet", lambda x, i, s: x.scatter(0, i, s), [0, I(1), I(2)], [corners, X(1, 3)])
for reduction in ["sum", "mean", "prod", "amax", "amin"]:
    odd("scatterReduce", lambda x, i, s: x.scatter_reduce(0, i, s, reduction), [0, I(1), I(2), reduction],
        [corners, GRID[[1]]])
odd("sliceScatter", lambda x, s: x.slice_scatter(s, 0, 1, 2), [I(1), 0, 1], [X(1, 3)])
odd("sliceSet", lambda x, s: x.slice_scatter(s, 0, 1, 2), [I(1), 0, 1], [X(1, 3)])
odd("sliceAssign", lambda x, s: x.slice_scatter(s, 0, 1, 2), [[[1, 2]], I(1)], [X(1, 3)])
odd("maskedFill", lambda x, m: x.masked_fill(m, -math.inf), [I(1), -math.inf],
    [np.array([1, 0, 1], np.uint8)])
odd("maskedSelect", lambda x, m: x.masked_select(m), [I(1)], [np.array([1, 0, 1], np.uint8)])
odd("mv", torch.mv, [I(1)], [X(3)])
odd("linear", lambda x, w: F.linear(x, w), [I(0), I(1)], [X(2, 3)], call="function")
odd("rmsNorm", lambda x, w: F.rms_norm(x, (3,), w, 1e-5), [I(0), I(1), 1e-5], [X(3)], call="function")
odd("layerNorm", lambda x, w: F.layer_norm(x, (3,), w, None, 1e-5), [I(0), I(1), None, 1e-5], [X(3)], call="function")
odd("batchNorm", lambda x: F.batch_norm(x, None, None, None, None, True), [I(0), None, None, None], call="function")
family[-1]["results"] = ["y"]
for name, op in {"mseLoss": F.mse_loss, "l1Loss": F.l1_loss, "huberLoss": F.huber_loss, "smoothL1Loss": F.smooth_l1_loss,
                 "bceWithLogits": F.binary_cross_entropy_with_logits, "klDiv": F.kl_div}.items():
    odd(name, lambda x, y: op(x, y, reduction="none"), [I(0), I(1), {"reduction": "none"}], [P(3, 3)], call="function")
odd("crossEntropy", lambda x, y: F.cross_entropy(x, y, reduction="none"), [I(0), I(1), {"reduction": "none"}],
    [ints(1, 2, 0)], call="function")
odd("nllLoss", lambda x, y: F.nll_loss(x, y, reduction="none"), [I(0), I(1), {"reduction": "none"}], [ints(1, 2, 0)],
    call="function")
vector = np.array([1, np.nan, np.inf], np.float32)
case("dot", torch.dot, [vector, X(3)], [I(1)], gradient=False, note="NaN and infinities")
case("outer", torch.outer, [vector, np.array([0, 1, -2], np.float32)], [I(1)], gradient=False, note="NaN and infinities")
case("meshgrid", lambda a, b: torch.meshgrid(a, b, indexing="ij"), [vector, vector[:2]], [[I(0), I(1)]], "function",
     gradient=False, note="NaN and infinities")
case("expandAs", lambda x, y: x.expand_as(y), [vector, X(2, 3)], [I(1)], gradient=False, note="NaN and infinities")
IMAGE = np.array([1, np.nan, 2, 3, 0.5, -1, np.inf, 4, 5, -2, 7, 8, 9, 1.5, -np.inf, 6], np.float32).reshape(1, 1, 4, 4)


def pictured(name, torch_op, args, inputs=(), shape=(1, 1, 4, 4)):
    case(name, torch_op, [IMAGE.reshape(shape), *inputs], args, note="NaN and infinities")


pictured("maxPool2d", lambda x: F.max_pool2d(x, 2), [2])
pictured("avgPool2d", lambda x: F.avg_pool2d(x, 2), [2])
pictured("adaptiveAvgPool2d", lambda x: F.adaptive_avg_pool2d(x, 2), [2])
pictured("maxPool1d", lambda x: F.max_pool1d(x, 2), [2], shape=(1, 2, 8))
pictured("avgPool1d", lambda x: F.avg_pool1d(x, 2), [2], shape=(1, 2, 8))
pictured("upsampleNearest1d", lambda x: F.interpolate(x, 5), [{"size": 5}], shape=(1, 2, 8))
pictured("upsampleNearest2d", lambda x: F.interpolate(x, (3, 5)), [{"size": [3, 5]}])
pictured("upsampleBilinear2d", lambda x: F.interpolate(x, (3, 5), mode="bilinear"), [{"size": [3, 5]}])
pictured("conv1d", lambda x, w: F.conv1d(x, w), [I(1)], [X(1, 2, 3)], (1, 2, 8))
pictured("conv2d", lambda x, w: F.conv2d(x, w), [I(1)], [X(1, 1, 3, 3)])
pictured("convTranspose1d", lambda x, w: F.conv_transpose1d(x, w, stride=2), [I(1), None, {"stride": 2}], [X(2, 1, 2)],
         (1, 2, 8))
pictured("convTranspose2d", lambda x, w: F.conv_transpose2d(x, w, stride=2), [I(1), None, {"stride": 2}], [X(1, 1, 2, 2)])
pictured("pixelShuffle", lambda x: F.pixel_shuffle(x, 2), [2], shape=(1, 4, 2, 2))
pictured("pixelUnshuffle", lambda x: F.pixel_unshuffle(x, 2), [2])
case("groupNorm", lambda x: F.group_norm(x, 2), [IMAGE.reshape(1, 4, 4)], [I(0), 2, None, None], "function",
     gradient=False, note="NaN and infinities")

# ---- odd extents ----
begin("extents")
case("adaptiveAvgPool2d", lambda x: F.adaptive_avg_pool2d(x, (3, 1)), [X(1, 3, 9, 5)], [[3, 1]])
case("avgPool1d", lambda x: F.avg_pool1d(x, 3, stride=2), [X(2, 3, 7)], [3, {"stride": 2}])
case("maxPool1d", lambda x: F.max_pool1d(x, 3), [X(1, 3, 11)], [3])
case("upsampleNearest1d", lambda x: F.interpolate(x, 7), [X(1, 3, 5)], [{"size": 7}])
case("pixelUnshuffle", lambda x: F.pixel_unshuffle(x, 3), [X(1, 3, 3, 9)], [3])
for name, op in {"floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "trunc": torch.trunc,
                 "sign": torch.sign}.items():
    case(name, op, [X(3, 5)], note="its gradient is 0")
for name, op in {"isNan": torch.isnan, "isFinite": torch.isfinite, "isInf": torch.isinf,
                 "logicalNot": torch.logical_not}.items():
    case(name, op, [GRID], gradient=False)
for name, op in {"zerosLike": torch.zeros_like, "onesLike": torch.ones_like}.items():
    case(name, op, [X(3, 5)], [I(0)], "function", gradient=False)
case("fullLike", lambda x: torch.full_like(x, -math.inf), [X(3, 5)], [I(0), -math.inf], "function", gradient=False)
case("unbind", lambda x: x.unbind(1), [X(3, 5)], [1])

for name, cases in families.items():
    with open(f"{folder}/{name}.json", "w") as file:
        lines = ",\n".join(json.dumps(made, separators=(",", ":")) for made in cases)
        file.write(f'{{"from":"torch {torch.__version__}","cases":[\n{lines}\n]}}\n')
