"""
Writes test/golden/dtypes.json: what ops give in PyTorch for every dtype, and the gradients of f64.

    pip install torch==2.15.0
    python test/golden/make/dtypes.py test/golden/dtypes.json

Inputs are small whole numbers, which every dtype holds; one that has a dtype of its own ("i32": indices, "bool": masks)
keeps it. Where PyTorch's result is odd (all and any of u8 are u8, square of bool is i64, a sixth is one of f32), the op is
written out. PyTorch has little for uint32: u32 is computed in int64, which holds it and what wraps around, and has i32's
result dtypes. Dtypes that PyTorch refuses are listed as such. Dtypes with the same results stand together; "own" is the dtype
of the inputs. `results` are the fields that count. Gradients are those of the sum of y * dy with dy as in ops.py.
"""
import json, math, sys
import torch
import torch.nn.functional as F
from calls import I, shown, slope

DTYPES = {"f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16, "i64": torch.int64, "i32": torch.int32,
          "i16": torch.int16, "u8": torch.uint8, "bool": torch.bool, "u32": torch.int64}
NAMES = {**{dtype: name for name, dtype in DTYPES.items() if name != "u32"}, torch.float32: "f32"}
A = [[3, -2, 0, 4, 1], [-1, 2, 5, -3, 1], [0, 7, -4, 2, -6]]
B = [[2, 3, -1, 1, -2], [1, -3, 2, 4, 5], [-2, 1, 3, -1, 2]]
LOW = 2**32 - 1  # the bits of u32
cases = []


def number(v):
    if not math.isfinite(v):
        return "nan" if math.isnan(v) else "inf" if v > 0 else "-inf"
    return int(v) if v == int(v) else float(f"{v:.14g}")


def numbers(t):
    return [number(v) for v in t.detach().to(torch.float64).flatten().tolist()]


def case(op, torch_op, inputs=(A,), args=(), call="method"):
    """Inputs are nested numbers, or (dtype, numbers)."""
    told, expected, refused, gradients = [], [], [], None
    for given in inputs:
        fixed, values = given if isinstance(given, tuple) else (None, given)
        t = torch.tensor(values)
        told.append({"shape": list(t.shape), "data": t.flatten().tolist(), **({"dtype": fixed} if fixed else {})})
    for name, dtype in DTYPES.items():
        leaves = [torch.tensor(g[1]).to(DTYPES[g[0]]) if isinstance(g, tuple) else torch.tensor(g).to(dtype) for g in inputs]
        if name == "u32":
            leaves = [t if isinstance(g, tuple) else t & LOW for t, g in zip(leaves, inputs)]
        leaves = [t.long() if t.dtype == torch.int32 and name != "i32" else t for t in leaves]
        if name == "f64":
            leaves = [t.requires_grad_() if t.is_floating_point() else t for t in leaves]
        try:
            if name == "u32" and "i32" in refused:
                raise NotImplementedError
            results = torch_op(*leaves)
        except (RuntimeError, TypeError, NotImplementedError):
            refused.append(name)
            continue
        results = list(results) if isinstance(results, (list, tuple)) else [results]
        if name == "u32":
            names = [result["dtype"] for result in next(e for e in expected if "i32" in e["dtypes"])["results"]]
            results = [y & LOW if own == "own" else y for y, own in zip(results, names)]
        else:
            names = ["own" if y.dtype == dtype else NAMES[y.dtype] for y in results]
        found = [{"dtype": own, "shape": list(y.shape), "data": numbers(y)} for y, own in zip(results, names)]
        same = next((e for e in expected if e["results"] == found), None)
        if same:
            same["dtypes"].append(name)
        else:
            expected.append({"dtypes": [name], "results": found})
        floating = [y for y in results if y.requires_grad and op != "floorDiv"]
        if name == "f64" and floating:
            sum((y.reshape(-1) * slope(y.numel())).sum() for y in floating).backward()
            gradients = [numbers(t.grad) if t.grad is not None else None for t in leaves]
    cases.append({"op": op, "call": call, "inputs": told, "args": shown(args), "expected": expected,
                  **({"refused": refused} if refused else {}), **({"gradients": gradients} if gradients else {})})


for name, op, *rest in [
    ("reshape", lambda x: x.reshape(5, 3), [5, 3]), ("permute", lambda x: x.permute(1, 0), [1, 0]),
    ("transpose", lambda x: x.transpose(0, 1), [0, 1]), ("t", torch.t), ("narrow", lambda x: x.narrow(1, 1, 3), [1, 1, 3]),
    ("expand", lambda x: x.expand(2, 3, 5), [2, 3, 5]), ("unsqueeze", lambda x: x.unsqueeze(1), [1]),
    ("squeeze", lambda x: x.squeeze()), ("contiguous", lambda x: x.contiguous()), ("copy", torch.clone),
    ("detach", lambda x: x.detach()), ("flatten", torch.flatten), ("unflatten", lambda x: x.unflatten(1, (5, 1)), [1, [5, 1]]),
    ("toF32", lambda x: x.float()),
    ("movedim", lambda x: x.movedim(0, 1), [0, 1]), ("broadcastTo", lambda x: x.broadcast_to(1, 3, 5), [[1, 3, 5]]),
    ("split", lambda x: x.split(2, 1), [2, 1]), ("chunk", lambda x: x.chunk(2), [2]), ("unbind", torch.unbind), ("repeat", lambda x: x.repeat(1, 2), [1, 2]),
    ("repeatInterleave", lambda x: x.repeat_interleave(2, 0), [2, 0]), ("roll", lambda x: x.roll(2, 1), [2, 1]),
    ("flip", lambda x: x.flip(1), [1]), ("unfold", lambda x: x.unfold(1, 2, 2), [1, 2, 2]),
    ("pad", lambda x: F.pad(x, (1, 0), value=1), [[1, 0], 1]), ("tril", torch.tril), ("triu", torch.triu),
    ("diag", torch.diag), ("diagonal", torch.diagonal), ("i", lambda x: x[1:3, -1], [[1, 3], -1]), ("get", lambda x: x[1], [1]),
    ("neg", torch.neg), ("abs", torch.abs), ("exp", torch.exp), ("log", torch.log), ("sqrt", torch.sqrt),
    ("reciprocal", torch.reciprocal), ("sin", torch.sin), ("cos", torch.cos), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid),
    ("relu", torch.relu), ("silu", F.silu), ("gelu", F.gelu), ("sqr", lambda x: x * x), ("rsqrt", torch.rsqrt),
    ("log1p", torch.log1p), ("expm1", torch.expm1), ("log2", torch.log2), ("log10", torch.log10), ("erf", torch.erf),
    ("tan", torch.tan), ("affine", lambda x: x * 2 + 1, [2, 1]), ("clamp", lambda x: x.clamp(-1, 2), [-1, 2]),
    ("floor", torch.floor), ("ceil", torch.ceil), ("round", torch.round), ("trunc", torch.trunc), ("sign", torch.sign),
    ("isNan", torch.isnan), ("isFinite", torch.isfinite), ("isInf", torch.isinf), ("elu", F.elu), ("selu", F.selu),
    ("leakyRelu", F.leaky_relu), ("softplus", F.softplus), ("logSigmoid", F.logsigmoid), ("mish", F.mish), ("relu6", F.relu6),
    ("hardSigmoid", lambda x: F.relu6(x + 3) / 6), ("hardSwish", F.hardswish), ("logicalNot", torch.logical_not),
    ("sum", lambda x: x.sum(1), [1]), ("mean", lambda x: x.mean(1), [1]), ("prod", lambda x: x.prod(1), [1]),
    ("max", lambda x: x.amax(1), [1]), ("min", lambda x: x.amin(0), [0]), ("argmax", lambda x: x.argmax(1), [1]),
    ("argmin", lambda x: x.argmin(0), [0]), ("var", lambda x: x.var(1), [1]), ("std", lambda x: x.std(1), [1]),
    ("norm", lambda x: x.norm(2, 1), [2, 1]), ("logSumExp", lambda x: x.logsumexp(1), [1]), ("all", lambda x: x.all(1).bool(), [1]),
    ("any", lambda x: x.any(1).bool(), [1]), ("countNonzero", lambda x: torch.count_nonzero(x, 1), [1]),
    ("softmax", lambda x: x.softmax(1), [1]), ("logSoftmax", lambda x: x.log_softmax(1), [1]),
    ("cumsum", lambda x: x.cumsum(1), [1]), ("cumprod", lambda x: x.cumprod(1), [1]), ("cummax", lambda x: x.cummax(1), [1]),
    ("cummin", lambda x: x.cummin(1), [1]), ("sort", lambda x: x.sort(1, stable=True), [1]),
    ("argsort", lambda x: x.argsort(1, stable=True), [1]), ("topK", lambda x: x.topk(1, 1), [1, 1]), ("trace", torch.trace),
    ("nonzero", torch.nonzero), ("median", lambda x: x.median(1), [1]),
]:
    case(name, op, args=rest[0] if rest else [])
for name, op in {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "floorDiv": torch.floor_divide,
                 "remainder": torch.remainder, "maximum": torch.maximum, "minimum": torch.minimum, "eq": torch.eq,
                 "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge,
                 "logicalAnd": torch.logical_and, "logicalOr": torch.logical_or, "logicalXor": torch.logical_xor}.items():
    case(name, op, [A, B], [I(1)])
    if not name.startswith("logical") and name not in ["maximum", "minimum"]:
        case(name, lambda x: op(x, 2), args=[2])
case("pow", lambda x: x.pow(3), args=[3])
case("pow", torch.pow, [B, [[2, 1, 0, 3, 2]]], [I(1)])
mask = ("bool", [[1, 0, 1, 1, 0]])
ids = ("i32", [2, 0, 2])
places = ("i32", [[2, 0, 1, 1, 0]])
case("where", torch.where, [mask, A, B], [I(1), I(2)])
case("maskedFill", lambda x, m: x.masked_fill(m, 1), [A, mask], [I(1), 1])
case("maskedSelect", lambda x, m: x.masked_select(m), [A, mask], [I(1)])
case("prelu", lambda x, w: F.prelu(x, w), [A, [2]], [I(1)])
case("indexSelect", lambda x, i: x.index_select(0, i), [A, ids], [0, I(1)])
case("i", lambda x, i: x[i], [A, ids], [I(1)])
case("indexAdd", lambda x, i, s: x.index_add(0, i, s), [A, ids, B], [0, I(1), I(2)])
case("embedding", lambda x, i: F.embedding(i, x).to(torch.promote_types(torch.float32, x.dtype)), [A, ids], [I(1)])
case("gather", lambda x, i: x.gather(0, i), [A, places], [0, I(1)])
case("scatter", lambda x, i, s: x.scatter(0, i, s), [A, places, [B[0]]], [0, I(1), I(2)])
case("scatterSet", lambda x, i, s: x.scatter(0, i, s).detach(), [A, places, [B[0]]], [0, I(1), I(2)])
case("scatterAdd", lambda x, i, s: x.scatter_add(0, i, s), [A, places, [B[0]]], [0, I(1), I(2)])
for reduction in ["sum", "mean", "prod", "amax", "amin"]:
    case("scatterReduce", lambda x, i, s: x.scatter_reduce(0, i, s, reduction), [A, places, [B[0]]], [0, I(1), I(2), reduction])
case("sliceScatter", lambda x, s: x.slice_scatter(s, 0, 1, 2), [A, [B[0]]], [I(1), 0, 1])
case("sliceSet", lambda x, s: x.slice_scatter(s, 0, 1, 2).detach(), [A, [B[0]]], [I(1), 0, 1])
case("sliceAssign", lambda x, s: x.slice_scatter(s, 0, 1, 2), [A, [B[0]]], [[[1, 2]], I(1)])
case("expandAs", lambda x, y: x.expand_as(y), [A, [A, B]], [I(1)])
case("pixelShuffle", lambda x: F.pixel_shuffle(x, 2), [[[[1, -2, 0]], [[2, 1, 3]], [[0, 4, -1]], [[5, 1, 7]]]], [2])
case("pixelUnshuffle", lambda x: F.pixel_unshuffle(x, 2), [[[[1, -2], [0, 2], [3, 5], [-4, 1]]]], [2])
case("matmul", lambda a, b: a @ b, [A, [[1, 2], [-1, 0], [2, 1], [0, 3], [1, -2]]], [I(1)])
case("dot", torch.dot, [A[0], B[0]], [I(1)])
case("mv", torch.mv, [A, B[0]], [I(1)])
case("outer", torch.outer, [A[0], B[1]], [I(1)])
case("cat", lambda a, b: torch.cat([a, b], 1), [A, B], [[I(0), I(1)], 1], "function")
case("stack", lambda a, b: torch.stack([a, b], 1), [A, B], [[I(0), I(1)], 1], "function")
case("meshgrid", lambda a, b: torch.meshgrid(a, b, indexing="ij"), [A[0], B[0]], [[I(0), I(1)]], "function")
case("einsum", lambda a, b: torch.einsum("ij,kj->ik", a, b), [A, B], ["ij,kj->ik", I(0), I(1)], "function")
case("linear", lambda x, w, b: F.linear(x, w, b), [A, B, [1, -2, 3]], [I(0), I(1), I(2)], "function")
for name, op in {"zerosLike": torch.zeros_like, "onesLike": torch.ones_like}.items():
    case(name, lambda x: op(x), args=[I(0)], call="function")
case("fullLike", lambda x: torch.full_like(x, 1), args=[I(0), 1], call="function")
W, SHIFT = [2, -1, 1, 3, -2], [1, 0, -2, 1, 2]
CHANNELS = [[[1, -2, 0], [3, 1, -1]], [[2, 0, 5], [-3, 4, 1]], [[0, 1, -1], [2, 2, -4]], [[1, 3, 2], [0, -5, 1]]]
case("rmsNorm", lambda x, w: F.rms_norm(x, (5,), w, 1e-3), [A, W], [I(0), I(1), 1e-3], "function")
case("layerNorm", lambda x, w, b: F.layer_norm(x, (5,), w, b, 1e-3), [A, W, SHIFT], [I(0), I(1), I(2), 1e-3], "function")
case("groupNorm", lambda x, w, b: F.group_norm(x, 2, w, b, 1e-3), [[CHANNELS], W[:4], SHIFT[:4]],
     [I(0), 2, I(1), I(2), 1e-3], "function")
case("batchNorm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0, 1e-3), [A, W, SHIFT],
     [I(0), None, I(1), I(2), 1e-3], "function")
cases[-1]["results"] = ["y"]


def turned(x, table):
    """Pairs (i, i + 1) of [T, H, 2] by (cosine, sine) of each position."""
    (a, b), (cos, sin) = x.unbind(-1), table.detach()[:len(x), None].unbind(-1)
    return torch.stack([a * cos - b * sin, a * sin + b * cos], -1)


case("rope", turned, [[[[1, -2]], [[3, 4]], [[0, 5]]], [[1, 0], [0, 1], [-2, 1], [1, 1]]], [I(0), I(1), 0, "interleaved"],
     "function")
case("scaledDotProductAttention", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, scale=0.25),
     [[[[[1, -2, 0], [3, 1, -1]]]], [[[[2, 0, 1], [-1, 4, 1]]]], [[[[0, 1, -1], [2, 2, -4]]]]],
     [I(0), I(1), I(2), {"scale": 0.25}], "function")
classes = ("i32", [3, 0, 2])
case("crossEntropy", F.cross_entropy, [A, classes], [I(0), I(1)], "function")
case("nllLoss", F.nll_loss, [A, classes], [I(0), I(1)], "function")
for name, op in {"mseLoss": F.mse_loss, "l1Loss": F.l1_loss, "huberLoss": F.huber_loss, "smoothL1Loss": F.smooth_l1_loss}.items():
    case(name, op, [A, B], [I(0), I(1)], "function")
case("bceWithLogits", F.binary_cross_entropy_with_logits, [A, [[1, 0, 0, 1, 1], [0, 1, 0, 0, 1], [1, 1, 0, 1, 0]]],
     [I(0), I(1)], "function")
case("klDiv", lambda x, y: F.kl_div(x, y, reduction="batchmean"), [A, [[1, 2, 3, 1, 3], [2, 1, 1, 5, 1], [1, 4, 1, 2, 1]]],
     [I(0), I(1), {"reduction": "batchmean"}], "function")
IMAGE = [[[[1, -2, 0, 3], [4, 1, -1, 2], [-3, 5, 2, 0]], [[2, 0, 1, -1], [1, 3, -2, 4], [0, 1, -4, 2]]]]
ROW = [[[1, -2, 0, 3, 5], [4, 1, -1, 2, -3]]]
KERNEL = [[[[1, -1], [2, 0]], [[0, 3], [1, -2]]], [[[2, 1], [0, 1]], [[-1, 1], [1, 2]]]]
TAPS = [[[1, -1], [2, 0]], [[0, 3], [1, -2]]]
case("conv2d", F.conv2d, [IMAGE, KERNEL, [1, -2]], [I(1), I(2)])
case("conv1d", F.conv1d, [ROW, TAPS, [1, -2]], [I(1), I(2)])
case("convTranspose2d", lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2), [IMAGE, KERNEL, [1, -2]],
     [I(1), I(2), {"stride": 2}])
case("convTranspose1d", lambda x, w, b: F.conv_transpose1d(x, w, b, stride=2), [ROW, TAPS, [1, -2]],
     [I(1), I(2), {"stride": 2}])
case("maxPool2d", lambda x: F.max_pool2d(x, 2, 1), [IMAGE], [2, {"stride": 1}])
case("maxPool1d", lambda x: F.max_pool1d(x, 2), [ROW], [2])
case("avgPool2d", lambda x: F.avg_pool2d(x, 2, 1), [IMAGE], [2, {"stride": 1}])
case("avgPool1d", lambda x: F.avg_pool1d(x, 2), [ROW], [2])
case("adaptiveAvgPool2d", lambda x: F.adaptive_avg_pool2d(x, (3, 2)), [IMAGE], [[3, 2]])
case("upsampleNearest2d", lambda x: F.interpolate(x, (5, 7)), [IMAGE], [{"size": [5, 7]}])
case("upsampleNearest1d", lambda x: F.interpolate(x, 7), [ROW], [{"size": 7}])
case("upsampleBilinear2d", lambda x: F.interpolate(x, (5, 7), mode="bilinear"), [IMAGE], [{"size": [5, 7]}])

with open(sys.argv[1], "w") as file:
    lines = ",\n".join(json.dumps(made, separators=(",", ":")) for made in cases)
    file.write(f'{{"from":"torch {torch.__version__}","cases":[\n{lines}\n]}}\n')
