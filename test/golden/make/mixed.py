"""
Writes test/golden/mixed.json: ops whose operands have different dtypes, truth among them: masks, conditions, weights,
indices, sources and second operands of every dtype, as PyTorch takes or refuses them.

    pip install torch==2.15.0
    python test/golden/make/mixed.py test/golden/mixed.json

A case names its op, arguments ({"input": n} stands for an input) and inputs: a dtype, and which of the file's `values`;
`expected` is the result with its dtype, or null where PyTorch refuses.
"""
import json, math, sys
import torch
import torch.nn.functional as F
from calls import I, shown

DTYPES = {"f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16, "i64": torch.int64,
          "i32": torch.int32, "i16": torch.int16, "u8": torch.uint8, "bool": torch.bool}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
A, B, T = [[3, -2, 0], [1, 4, -1]], [[2, 3, 1], [1, -3, 2]], [[1, 0, 1], [0, 1, 1]]
cases, values = [], []


def index_of(given):
    """Where nested numbers stand among the file's values."""
    t = torch.tensor(given)
    told = {"shape": list(t.shape), "data": t.flatten().tolist()}
    if told not in values:
        values.append(told)
    return values.index(told)


def numbers(t):
    return [v if math.isfinite(v) else str(v) for v in (float(f"{v:.9g}") for v in t.to(torch.float64).flatten().tolist())]


def case(op, call, torch_op, args, *inputs):
    tensors = [torch.tensor(given).to(DTYPES[dtype]) for dtype, given in inputs]
    told = [[dtype, index_of(given)] for dtype, given in inputs]
    try:
        y = torch_op(*tensors)
        expected = {"dtype": NAMES[y.dtype], "shape": list(y.shape), "data": numbers(y)}
    except (RuntimeError, TypeError, NotImplementedError, ValueError, IndexError):
        expected = None
    cases.append({"op": op, "call": call, "args": shown(args), "inputs": told, "expected": expected})


# two operands, one of them truth
BINARY = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "floorDiv": torch.floor_divide,
          "remainder": torch.remainder, "maximum": torch.maximum, "minimum": torch.minimum, "pow": torch.pow, "eq": torch.eq,
          "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge, "logicalAnd": torch.logical_and,
          "logicalOr": torch.logical_or, "logicalXor": torch.logical_xor, "matmul": torch.matmul}
for name, op in BINARY.items():
    for dtype in DTYPES:
        first, second = (dtype, T if dtype == "bool" else A), ("bool", [[1, 1, 1], [1, 1, 1]] if name in ["floorDiv", "remainder"] else T)
        if name != "matmul":
            case(name, "method", op, [I(1)], first, second)
            if name not in ["div", "floorDiv", "remainder"]:
                case(name, "method", op, [I(1)], second, first)
        else:
            case(name, "method", lambda a, b: a @ b, [I(1)], first, ("bool", [[1, 0], [1, 1], [0, 1]]))
for number in [2, 0.5, -1]:
    for name in ["add", "sub", "mul", "div", "pow", "eq", "lt", "ge", "floorDiv", "remainder"]:
        case(name, "method", lambda x: BINARY[name](x, number), [number], ("bool", T))
# conditions and masks
for dtype in DTYPES:
    if dtype != "u8":  # PyTorch is about to refuse it; here u8 has always been a condition
        case("where", "method", torch.where, [I(1), I(2)], (dtype, T), ("f32", A), ("f32", B))
        case("maskedFill", "method", lambda x, m: x.masked_fill(m, 7), [I(1), 7], ("f32", A), (dtype, T))
        case("maskedSelect", "method", torch.masked_select, [I(1)], ("f32", A), (dtype, T))
    case("where", "method", torch.where, [I(1), I(2)], ("bool", T), ("bool", T), (dtype, B))
    case("maskedFill", "method", lambda x, m: x.masked_fill(m, 1), [I(1), 1], (dtype, T), ("bool", T))
    for q in ["f32", "f64", "f16", "bf16"]:
        heads = [(q, [[[[1, 0], [0, 2]]]]), (q, [[[[1, 1], [0, 1]]]]), (q, [[[[1, 2], [3, 4]]]])]
        for mask in [[[1, 0], [1, 1]], [[0, 1]], [[[[1, 1], [0, 1]]]]]:
            case("scaledDotProductAttention", "function", lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, m),
                 [I(0), I(1), I(2), {"mask": I(3)}], *heads, (dtype, mask))
# of truth alone
for name, op in {"sum": lambda x: x.sum(1), "mean": lambda x: x.mean(1), "prod": lambda x: x.prod(1), "max": lambda x: x.amax(1),
                 "min": lambda x: x.amin(1), "all": lambda x: x.all(1), "any": lambda x: x.any(1), "cumsum": lambda x: x.cumsum(1),
                 "cumprod": lambda x: x.cumprod(1), "var": lambda x: x.var(1), "std": lambda x: x.std(1), "norm": lambda x: x.norm(2, 1),
                 "softmax": lambda x: x.softmax(1), "logSumExp": lambda x: x.logsumexp(1)}.items():
    case(name, "method", op, [2, 1] if name == "norm" else [1], ("bool", T))
for name, op in {"neg": torch.neg, "abs": torch.abs, "sign": torch.sign, "exp": torch.exp, "sqr": None, "relu": torch.relu,
                 "round": torch.round, "floor": torch.floor, "logicalNot": torch.logical_not, "isNan": torch.isnan,
                 "clamp": None}.items():
    if op:
        case(name, "method", op, [], ("bool", T))
# weights of losses, targets
LOGITS = [[1, 2, 0.5], [0, -1, 2]]
for dtype in DTYPES:
    case("crossEntropy", "function", lambda x, y, w: F.cross_entropy(x, y.long() if y.dtype == torch.int32 else y, w),
         [I(0), I(1), {"weights": I(2)}], ("f32", LOGITS), ("i32", [2, 0]), (dtype, [1, 0, 1]))
    case("nllLoss", "function", lambda x, y, w: F.nll_loss(x, y.long(), w), [I(0), I(1), {"weights": I(2)}],
         ("f32", LOGITS), ("i32", [2, 0]), (dtype, [1, 0, 1]))
    case("bceWithLogits", "function", lambda x, y, w: F.binary_cross_entropy_with_logits(x, y, w),
         [I(0), I(1), {"weight": I(2)}], ("f32", LOGITS), ("f32", T), (dtype, [1, 0, 1]))
    case("bceWithLogits", "function", lambda x, y, w: F.binary_cross_entropy_with_logits(x, y, pos_weight=w),
         [I(0), I(1), {"posWeight": I(2)}], ("f32", LOGITS), ("f32", T), (dtype, [1, 0, 1]))
    if dtype not in ["u8", "i16", "i32", "i64"]:  # classes: i64 alone there, every integer here
        case("crossEntropy", "function", F.cross_entropy, [I(0), I(1)], ("f32", LOGITS), (dtype, [1, 0]))
        case("gather", "method", lambda x, i: x.gather(1, i), [1, I(1)], ("f32", A), (dtype, T))
        case("indexSelect", "method", lambda x, i: x.index_select(1, i), [1, I(1)], ("f32", A), (dtype, [1, 0]))
        case("embedding", "method", lambda x, i: F.embedding(i, x), [I(1)], ("f32", A), (dtype, [1, 0]))
        case("scatter", "method", lambda x, i, s: x.scatter(1, i, s), [1, I(1), I(2)], ("f32", A), (dtype, T), ("f32", B))
        case("indexAdd", "method", lambda x, i, s: x.index_add(1, i, s), [1, I(1), I(2)], ("f32", A), (dtype, [1, 0]), ("f32", [[1, 2], [3, 4]]))
    case("scatter", "method", lambda x, i, s: x.scatter(1, i.long(), s), [1, I(1), I(2)], ("f32", A), ("i32", T), (dtype, T))
    case("scatterAdd", "method", lambda x, i, s: x.scatter_add(1, i.long(), s), [1, I(1), I(2)], ("f32", A), ("i32", T), (dtype, T))
    case("indexAdd", "method", lambda x, i, s: x.index_add(1, i, s), [1, I(1), I(2)], ("f32", A), ("i32", [1, 0]), (dtype, [[1, 0], [1, 1]]))
    case("cat", "function", lambda a, b: torch.cat([a, b]), [[I(0), I(1)]], ("bool", T), (dtype, T))
    case("stack", "function", lambda a, b: torch.stack([a, b]), [[I(0), I(1)]], ("bool", T), (dtype, T))
    for loss, op in {"mseLoss": F.mse_loss, "l1Loss": F.l1_loss, "huberLoss": F.huber_loss, "smoothL1Loss": F.smooth_l1_loss}.items():
        if dtype in ["bool", "i32", "u8"]:
            case(loss, "function", op, [I(0), I(1)], (dtype, T), (dtype, T))

with open(sys.argv[1], "w") as file:
    lines = ",\n".join(json.dumps(made, separators=(",", ":")) for made in cases)
    file.write(f'{{"from":"torch {torch.__version__}","values":{json.dumps(values)},"cases":[\n{lines}\n]}}\n')
