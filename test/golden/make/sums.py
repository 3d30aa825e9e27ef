"""
Writes test/golden/sums.json: what folds of a million numbers come to, and how far PyTorch is from that on one thread.

    pip install torch==2.15.0 numpy==2.4.6
    python test/golden/make/sums.py test/golden/sums.json

Inputs a and b are made of a hash of the index, as test/golden/sums_test.ts makes them: of both signs, positive, and
cancelling. `cases` have for each op the result in float64, and the largest error of PyTorch's in float32 among eight draws,
of which the first is the test's: one alone may be lucky.
"""
import json, math, sys
import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
N = 1000000


def hashed(first):
    x = (np.arange(first, first + N, dtype=np.uint64) * np.uint64(2654435761) + np.uint64(12345)) & np.uint64(0xFFFFFFFF)
    for _ in range(2):
        x ^= x >> np.uint64(16)
        x = (x * np.uint64(0x45D9F3B)) & np.uint64(0xFFFFFFFF)
    return (x ^ (x >> np.uint64(16))).astype(np.float64) / 2**32


SIGN = np.where(np.arange(N) % 2 == 0, 1, -1)
INPUTS = {"of both signs": lambda u, v: (u - 0.5, v - 0.5), "positive": lambda u, v: (u, v),
          "cancelling": lambda u, v: ((u + 100) * SIGN, v + 1)}
DRAWS = [(hashed(2 * N * draw), hashed(2 * N * draw + N)) for draw in range(8)]


def softmax_slope(a, b):
    x = a.clone().requires_grad_()
    (x.softmax(0) * b).sum().backward()
    return x.grad[0]


OPS = {
    "sum": lambda a, b: a.sum(), "mean": lambda a, b: a.mean(), "dot": lambda a, b: a.dot(b),
    "matmul": lambda a, b: (a[None] @ b[:, None])[0, 0], "linear": lambda a, b: F.linear(a[None], b[None])[0, 0],
    "norm": lambda a, b: torch.linalg.vector_norm(a), "norm 1": lambda a, b: torch.linalg.vector_norm(a, 1),
    "norm 3": lambda a, b: torch.linalg.vector_norm(a, 3), "var": lambda a, b: a.var(), "std": lambda a, b: a.std(),
    "logSumExp": lambda a, b: a.logsumexp(0), "cumsum": lambda a, b: a.cumsum(0)[-1],
    "sum of the first dimension": lambda a, b: a[:, None].expand(N, 3).contiguous().sum(0)[1],
    "mean of the middle": lambda a, b: a.reshape(2, N // 2, 1).expand(2, N // 2, 3).contiguous().mean(1)[1, 2],
    "norm of the first dimension": lambda a, b: torch.linalg.vector_norm(a[:, None].expand(N, 3).contiguous(), dim=0)[1],
    "softmax": lambda a, b: a.softmax(0)[0], "logSoftmax": lambda a, b: a.log_softmax(0)[0], "softmax's gradient": softmax_slope,
    "rmsNorm": lambda a, b: F.rms_norm(a, (N,), None, 1e-5)[0], "layerNorm": lambda a, b: F.layer_norm(a, (N,), None, None, 1e-5)[0],
    "groupNorm": lambda a, b: F.group_norm(a[None, None], 1, None, None, 1e-5)[0, 0, 0],
    "batchNorm": lambda a, b: F.batch_norm(a[:, None], None, None, None, None, True, 0, 1e-5)[0, 0],
    "crossEntropy": lambda a, b: F.cross_entropy(a[None], torch.tensor([0])),
    "smoothed crossEntropy": lambda a, b: F.cross_entropy(a[None], torch.tensor([0]), label_smoothing=0.5),
    "mseLoss": lambda a, b: F.mse_loss(a, b), "l1Loss": lambda a, b: F.l1_loss(a, b), "huberLoss": lambda a, b: F.huber_loss(a, b),
    "bceWithLogits": lambda a, b: F.binary_cross_entropy_with_logits(a, b.clamp(0, 1)),
}
cases = {}
for name, of in INPUTS.items():
    cases[name] = {}
    pairs = [[torch.tensor(x.astype(np.float32)) for x in of(*draw)] for draw in DRAWS]
    for op, f in OPS.items():
        wants = [float(f(a.double(), b.double())) for a, b in pairs]
        cases[name][op] = [wants[0], max(abs(float(f(a, b)) - want) for (a, b), want in zip(pairs, wants))]
with open(sys.argv[1], "w") as file:
    lines = ",\n".join(f"{json.dumps(name)}:{json.dumps(of)}" for name, of in cases.items())
    file.write(f'{{"from":"torch {torch.__version__}","cases":{{\n{lines}\n}}}}\n')
