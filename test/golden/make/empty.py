"""
Writes test/golden/empty.json: what ops give in PyTorch where dimensions have no elements: leading, inner and last ones.

    pip install torch==2.15.0
    python test/golden/make/empty.py test/golden/empty.json

A case names its op, arguments ({"input": n} stands for an input) and the shapes of its inputs, which hold 1, 2, 3 ...; those
with an "ids" hold 0. `expected` are the results and the gradients of the sum of each float input, null where PyTorch refuses.
"""
import json, math, sys, warnings
import torch
import torch.nn.functional as F
from calls import I, shown

warnings.simplefilter("ignore")
cases = []


def numbers(t):
    return [v if math.isfinite(v) else "nan" if math.isnan(v) else str(v) for v in (float(f"{v:.7g}") for v in t.detach().flatten().tolist())]


def made(given):
    if isinstance(given, tuple):
        dtype, shape = given
        return torch.ones(shape, dtype=torch.bool) if dtype == "bool" else torch.zeros(shape, dtype=torch.int64)
    count = math.prod(given)
    return (torch.arange(count, dtype=torch.float32) + 1).reshape(given).requires_grad_()


def case(op, call, torch_op, args, *inputs, results=None):
    leaves = [made(given) for given in inputs]
    told = [list(given) if isinstance(given, list) else {"dtype": given[0], "shape": given[1]} for given in inputs]
    try:
        ys = torch_op(*leaves)
        ys = list(ys) if isinstance(ys, (list, tuple)) else [ys]
        floating = [y for y in ys if y.requires_grad]
        gradients = None
        if floating:
            sum(y.sum() for y in floating).backward()
            gradients = [None if t.grad is None else numbers(t.grad) for t in leaves]
        expected = {"results": [{"shape": list(y.shape), "data": numbers(y)} for y in ys], "gradients": gradients}
    except (RuntimeError, IndexError, ValueError):
        expected = None
    cases.append({"op": op, "call": call, "args": shown(args), "inputs": told, "expected": expected,
                  **({"results": results} if results else {})})


SHAPES = [[0], [0, 3], [2, 0], [2, 0, 3], [0, 0], [2, 3, 0]]
for shape in SHAPES:
    m = lambda name, op, args=[], **more: case(name, "method", op, args, shape, **more)
    for name, op in {"neg": torch.neg, "exp": torch.exp, "relu": torch.relu, "sign": torch.sign, "round": torch.round, "gelu": F.gelu,
                     "contiguous": torch.clone, "copy": torch.clone, "isNan": torch.isnan}.items():
        m(name, op)
    m("add", lambda x: x + 1, [1]); m("clamp", lambda x: x.clamp(0, 1), [0, 1]); m("reshape", lambda x: x.reshape(0), [0])
    m("flatten", torch.flatten)
    for name, op in {"sum": torch.sum, "mean": torch.mean, "prod": torch.prod, "max": torch.amax, "min": torch.amin, "var": torch.var,
                     "std": torch.std, "logSumExp": torch.logsumexp, "argmax": torch.argmax, "argmin": torch.argmin, "all": torch.all,
                     "any": torch.any}.items():
        for d in range(len(shape)):
            m(name, lambda x: op(x, d), [d])
        if name not in ["logSumExp"]:
            m(name, lambda x: op(x))
    for p in [1, 2, 3, math.inf]:
        for d in range(len(shape)):
            m("norm", lambda x: torch.linalg.vector_norm(x, p, d), [p, d])
    for d in range(len(shape)):
        for name in ["softmax", "cumsum", "cumprod"]:
            m(name, lambda x: getattr(x, name)(d), [d])
        m("logSoftmax", lambda x: x.log_softmax(d), [d])
        for name in ["cummax", "cummin"]:
            m(name, lambda x: getattr(x, name)(d), [d], results=["values", "indices"])
        m("sort", lambda x: x.sort(d), [d], results=["values", "indices"])
        m("argsort", lambda x: x.argsort(d), [d]); m("topK", lambda x: x.topk(0, d), [0, d], results=["values", "indices"])
        m("median", lambda x: x.median(d), [d], results=["values", "indices"])
        m("flip", lambda x: x.flip(d), [d]); m("roll", lambda x: x.roll(1, d), [1, d]); m("narrow", lambda x: x.narrow(d, 0, 0), [d, 0, 0])
        m("chunk", lambda x: x.chunk(2, d), [2, d]); m("unbind", lambda x: x.unbind(d), [d])
        m("unsqueeze", lambda x: x.unsqueeze(d), [d])
        m("repeatInterleave", lambda x: x.repeat_interleave(2, d), [2, d])
        case("indexSelect", "method", lambda x, i: x.index_select(d, i), [d, I(1)], shape, ("i32", [0]))
        case("cat", "function", lambda a, b: torch.cat([a, b], d), [[I(0), I(1)], d], shape, shape)
        case("stack", "function", lambda a, b: torch.stack([a, b], d), [[I(0), I(1)], d], shape, shape)
    m("pad", lambda x: F.pad(x, (1, 1)), [[1, 1]]); m("pad", lambda x: F.pad(x, (1, 0), value=2), [[1, 0], 2])
    m("countNonzero", torch.count_nonzero); m("nonzero", torch.nonzero)
    case("maskedFill", "method", lambda x, c: x.masked_fill(c, 1), [I(1), 1], shape, ("bool", shape))
    case("where", "method", torch.where, [I(1), I(2)], ("bool", shape), shape, shape)
    case("rmsNorm", "function", lambda x, w: F.rms_norm(x, (shape[-1],), w, 1e-3), [I(0), I(1), 1e-3], shape, [shape[-1]])
    case("layerNorm", "function", lambda x, w, b: F.layer_norm(x, (shape[-1],), w, b, 1e-3), [I(0), I(1), I(2), 1e-3], shape, [shape[-1]], [shape[-1]])
    case("linear", "function", lambda x, w, b: F.linear(x, w, b), [I(0), I(1), I(2)], shape, [4, shape[-1]], [4])
    case("linear", "function", lambda x, w, b: F.linear(x, w, b), [I(0), I(1), I(2)], shape, [0, shape[-1]], [0])
    for loss, op in {"mseLoss": F.mse_loss, "l1Loss": F.l1_loss, "huberLoss": F.huber_loss, "smoothL1Loss": F.smooth_l1_loss,
                     "bceWithLogits": F.binary_cross_entropy_with_logits}.items():
        for how in ["mean", "sum", "none"]:
            case(loss, "function", lambda a, b: op(a, b.detach(), reduction=how), [I(0), I(1), {"reduction": how}], shape, shape)
for a, b in [([0], [0]), ([0], [0, 3]), ([2, 0], [0]), ([2, 0], [0, 3]), ([0, 2], [2, 3]), ([2, 3], [3, 0]), ([0, 0], [0, 0]),
             ([2, 0, 3], [3, 2]), ([2, 2, 0], [0, 3]), ([0, 2, 3], [3, 2]), ([0, 2, 3], [0, 3, 2]), ([2, 2, 2, 0, 1], [1, 3]),
             ([2, 2, 2, 3, 0], [0, 3]), ([0, 2, 2, 3, 1], [1, 3]), ([2, 1, 2, 3, 1], [0, 1, 1, 3]), ([1, 3], [2, 2, 2, 3, 0]),
             ([2, 2, 2, 0, 3], [3]), ([0], [2, 2, 2, 0, 3]), ([2, 3], [0, 3]), ([0, 2], [3])]:
    case("matmul", "method", torch.matmul, [I(1)], a, b)
    case("add", "method", torch.add, [I(1)], a, b)
for a, b in [([0], [0]), ([2, 0], [2, 0])]:
    case("dot", "method", torch.dot, [I(1)], a, b)
case("mv", "method", torch.mv, [I(1)], [2, 0], [0]); case("mv", "method", torch.mv, [I(1)], [0, 2], [2])
case("outer", "method", torch.outer, [I(1)], [0], [2]); case("outer", "method", torch.outer, [I(1)], [2], [0])
case("trace", "method", torch.trace, [], [0, 3])
for equation, a, b in [("ij,jk->ik", [2, 0], [0, 3]), ("ij,jk->ik", [0, 2], [2, 3]), ("bij,bjk->bik", [0, 2, 3], [0, 3, 2]), ("i,j->ij", [0], [3]), ("i,i->", [0], [0])]:
    case("einsum", "function", lambda a, b: torch.einsum(equation, a, b), [equation, I(0), I(1)], a, b)
for shape, to in [([0, 3], [-1, 3]), ([0, 3], [3, -1]), ([0, 3], [-1]), ([2, 0], [0, -1]), ([0], [2, -1]), ([0], [-1, 0]), ([0, 4], [2, -1, 0]),
                  ([0, 4], [2, -1, 2])]:
    case("reshape", "method", lambda x: x.reshape(to), to, shape)
case("unflatten", "method", lambda x: x.unflatten(0, (0, 2)), [0, [0, 2]], [0, 3]); case("unflatten", "method", lambda x: x.unflatten(0, (2, -1)), [0, [2, -1]], [0, 3])
for shape in [[0, 3], [3, 0], [0, 0]]:
    for name, op in {"tril": torch.tril, "triu": torch.triu, "diagonal": torch.diagonal, "diag": torch.diag, "t": torch.t}.items():
        case(name, "method", op, [], shape)
    case("gather", "method", lambda x, i: x.gather(0, i), [0, I(1)], shape, ("i32", [0, shape[1]]))
    case("scatter", "method", lambda x, i, s: x.scatter(0, i, s), [0, I(1), I(2)], shape, ("i32", [0, shape[1]]), [0, shape[1]])
    case("scatterAdd", "method", lambda x, i, s: x.scatter_add(0, i, s), [0, I(1), I(2)], shape, ("i32", [0, shape[1]]), [0, shape[1]])
    case("indexAdd", "method", lambda x, i, s: x.index_add(0, i, s), [0, I(1), I(2)], shape, ("i32", [0]), [0, shape[1]])
    case("embedding", "method", lambda w, i: F.embedding(i, w), [I(1)], shape, ("i32", [0]))
case("embedding", "method", lambda w, i: F.embedding(i, w), [I(1)], [3, 0], ("i32", [2]))
case("expand", "method", lambda x: x.expand(0, 3), [0, 3], [1, 3]); case("expand", "method", lambda x: x.expand(0, 2, 3), [0, 2, 3], [2, 3])
case("repeat", "method", lambda x: x.repeat(0, 2), [0, 2], [1, 3]); case("repeat", "method", lambda x: x.repeat(2, 2), [2, 2], [0, 3])
case("unfold", "method", lambda x: x.unfold(1, 2, 1), [1, 2, 1], [0, 3])
case("conv2d", "method", F.conv2d, [I(1)], [0, 2, 4, 4], [3, 2, 2, 2])
case("convTranspose2d", "method", F.conv_transpose2d, [I(1)], [0, 2, 4, 4], [2, 3, 2, 2])
for name, op in {"maxPool2d": F.max_pool2d, "avgPool2d": F.avg_pool2d, "adaptiveAvgPool2d": F.adaptive_avg_pool2d}.items():
    case(name, "method", lambda x: op(x, 2), [2], [0, 2, 4, 4])
case("upsampleNearest2d", "method", lambda x: F.interpolate(x, (4, 4)), [{"size": [4, 4]}], [0, 2, 2, 2])
case("upsampleBilinear2d", "method", lambda x: F.interpolate(x, (4, 4), mode="bilinear"), [{"size": [4, 4]}], [0, 2, 2, 2])
case("groupNorm", "function", lambda x, w, b: F.group_norm(x, 2, w, b, 1e-3), [I(0), 2, I(1), I(2), 1e-3], [0, 4, 3], [4], [4])
for q, k in [([0, 1, 2, 4], [0, 1, 3, 4]), ([1, 1, 0, 4], [1, 1, 3, 4]), ([1, 0, 2, 4], [1, 0, 3, 4]), ([1, 1, 2, 4], [1, 1, 0, 4])]:
    case("scaledDotProductAttention", "function", lambda q, k, v: F.scaled_dot_product_attention(q, k, v), [I(0), I(1), I(2)], q, k, k)
for reduction in ["mean", "sum", "none"]:
    for x, y in [([0, 3], [0]), ([0, 3, 2], [0, 2]), ([2, 3, 0], [2, 0]), ([2, 0], [2])]:
        case("crossEntropy", "function", lambda x, y: F.cross_entropy(x, y, reduction=reduction), [I(0), I(1), {"reduction": reduction}], x, ("i32", y))
        case("nllLoss", "function", lambda x, y: F.nll_loss(x, y, reduction=reduction), [I(0), I(1), {"reduction": reduction}], x, ("i32", y))
    case("crossEntropy", "function", lambda x, y: F.cross_entropy(x, y.detach(), reduction=reduction), [I(0), I(1), {"reduction": reduction}], [0, 3], [0, 3])

with open(sys.argv[1], "w") as file:
    lines = ",\n".join(json.dumps(made, separators=(",", ":")) for made in cases)
    file.write(f'{{"from":"torch {torch.__version__}","cases":[\n{lines}\n]}}\n')
