"""What ops give on integers in PyTorch, dtypes included: python integers.py > ../integers.json

A case's receiver is its first input; {"input": n} among the arguments stands for an input. Elements are text, of all
their digits. Results of uint32 are PyTorch's where its CPU has the op; where it has none, NumPy's (marked "numpy").
"""
import json
import numpy as np
import torch

rng = np.random.default_rng(29)
dtypes = {"bool": torch.bool, "u8": torch.uint8, "i16": torch.int16, "i32": torch.int32, "u32": torch.uint32,
          "i64": torch.int64}
arrays = {"bool": np.bool_, "u8": np.uint8, "i16": np.int16, "i32": np.int32, "u32": np.uint32, "i64": np.int64}
torch_names = {t: n for n, t in dtypes.items()} | {torch.float32: "f32"}
numpy_names = {np.dtype(t): n for n, t in arrays.items()}
cases = []


def drawn(name, *shape, small=False):
    if name == "bool":
        return rng.integers(0, 2, shape).astype(np.bool_)
    ends = np.iinfo(arrays[name])
    low, high = (max(ends.min, -9), 9) if small else (ends.min, ends.max)
    return rng.integers(low, high, shape, dtype=arrays[name], endpoint=True)


def told(y):
    if isinstance(y, torch.Tensor):
        name, values = torch_names[y.dtype], y.to(torch.int64).reshape(-1).tolist()
    else:
        y = np.asarray(y)
        name, values = numpy_names[y.dtype], [int(v) for v in y.reshape(-1)]
    return {"dtype": name, "shape": list(y.shape), "data": [str(v) for v in values]}


def case(op, f, inputs, args=(), by=None):
    """`by` computes it in NumPy."""
    results = by(*inputs) if by else f(*[torch.from_numpy(np.ascontiguousarray(x)) for x in inputs])
    results = list(results) if isinstance(results, tuple) else [results]
    cases.append({"op": op, "inputs": [told(x) for x in inputs], "args": list(args),
                  "expected": [told(y) for y in results], **({"from": "numpy"} if by else {})})


I1 = {"input": 1}
for name in dtypes:
    small = drawn(name, 3, 5, small=True)
    for op in ["sum", "prod"]:
        case(op, lambda x: getattr(x, op)(1), [small], [1])
        case(op, lambda x: getattr(x, op)(0, keepdim=True), [small], [0, True])
        case(op, lambda x: getattr(x, op)(), [drawn(name, 4, 6)])
    case("sum", lambda x: x.sum(1, dtype=torch.int32), [small], [1, False, {"dtype": "i32"}])
    for op in ["cumsum", "cumprod"]:
        case(op, lambda x: getattr(x, op)(1), [drawn(name, 2, 7)], [1])
        case(op, lambda x: getattr(x, op)(0), [drawn(name, 5, 2)], [0])
    if name == "bool":
        continue
    a, b = drawn(name, 3, 4), drawn(name, 4, 9)
    as_numpy = name == "u32"
    case("matmul", lambda x, y: x @ y, [a, b], [I1], (lambda x, y: x @ y) if as_numpy else None)
    batch = drawn(name, 2, 1, 3, 4), drawn(name, 3, 4, 2)
    case("matmul", lambda x, y: x @ y, batch, [I1], (lambda x, y: x @ y) if as_numpy else None)
    case("median", lambda x: x.median(), [drawn(name, 7)], [],
         (lambda x: np.sort(x)[3]) if as_numpy else None)
    p, q = drawn(name, 2, 6), drawn(name, 6)
    q[3] = 1  # of division by 0 there is nothing to compare
    q[q == 0] = 3
    for op, f, g in [("add", torch.add, np.add), ("sub", torch.sub, np.subtract), ("mul", torch.mul, np.multiply),
                     ("floorDiv", torch.floor_divide, np.floor_divide), ("remainder", torch.remainder, np.remainder),
                     ("maximum", torch.maximum, np.maximum), ("minimum", torch.minimum, np.minimum),
                     ("lt", torch.lt, np.less), ("ge", torch.ge, np.greater_equal), ("eq", torch.eq, np.equal)]:
        case(op, f, [p, q], [I1], g if as_numpy else None)
    case("neg", torch.neg, [p], [], np.negative if as_numpy else None)
    if name in ["i32", "u32", "i64"]:
        x = drawn(name, 2, 11)
        case("sort", lambda x: x.sort(dim=1, stable=True), [x], [1])
        case("topK", lambda x: x.topk(3), [x], [3],
             (lambda x: (-np.sort(-x.astype(np.int64), 1)[:, :3]).astype(np.uint32)) if as_numpy else None)
        case("max", lambda x: x.amax(1), [x], [1], (lambda x: x.max(1)) if as_numpy else None)

lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
print(f'{{"from":"torch {torch.__version__}, numpy {np.__version__}","cases":[\n{lines}\n]}}')
