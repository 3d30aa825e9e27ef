"""torch does a job (job.ts) on the CPU with one thread.

    python bench/peers/engine_torch.py FOLDER
"""

import json
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
folder = sys.argv[1]
job = json.load(open(f"{folder}/job.json"))
sizes = job["sizes"]
flat = torch.from_numpy(numpy.fromfile(f"{folder}/tensors.f32", dtype=numpy.float32))
given, at = {}, 0
for entry in job["tensors"]:
    count = int(numpy.prod(entry["shape"]))
    given[entry["name"]] = flat[at : at + count].reshape(entry["shape"])
    at += count


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.joined, self.output = heads, nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (y.view(b, t, self.heads, -1).transpose(1, 2) for y in self.joined(x).split(c, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.output(y.transpose(1, 2).reshape(b, t, c))


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.down(F.gelu(self.up(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(width), Attention(width, heads)
        self.norm2, self.feed_forward = nn.LayerNorm(width), FeedForward(width)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(x))


class Gpt(nn.Module):
    def __init__(self, vocabulary, context, layers, width, heads, batch):
        super().__init__()
        self.embedding, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm, self.output = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)
        self.output.weight = self.embedding.weight

    def forward(self, ids):
        x = self.embedding(ids) + self.positions.weight
        for block in self.blocks:
            x = block(x)
        return self.output(self.norm(x))


def joined(state):
    """The three projections of an attention as one."""
    out = dict(state)
    for name in state:
        if ".query." in name:
            parts = [out.pop(name.replace("query", part)) for part in ("query", "key", "value")]
            out[name.replace("query", "joined")] = torch.cat(parts)
    return out


def integers(name):
    return torch.from_numpy(numpy.fromfile(f"{folder}/{name}.bin", dtype=numpy.int32)).long()


def training():
    if job["task"] == "gpt":
        net = Gpt(**sizes)
        inputs = integers("inputs").view(sizes["batch"], sizes["context"])
        state = joined(given) | {"output.weight": given["embedding.weight"]}
    else:
        net = nn.Sequential(
            nn.Linear(sizes["inputs"], sizes["hidden"]), nn.ReLU(), nn.Linear(sizes["hidden"], sizes["classes"])
        )
        pixels = numpy.fromfile(f"{folder}/inputs.bin", dtype=numpy.float32)
        inputs = torch.from_numpy(pixels).view(sizes["batch"], sizes["inputs"])
        state = given
    net.load_state_dict(state)
    targets = integers("targets")
    kind = torch.optim.SGD if job["optimizer"] == "sgd" else torch.optim.AdamW
    optimizer = kind(net.parameters(), lr=job["learningRate"])

    def run(steps):
        for _ in range(steps):
            logits = net(inputs)
            loss = F.cross_entropy(logits.view(-1, logits.shape[-1]), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss.item()

    return run


def multiplying():
    a, b = given["a"], given["b"]
    y = a @ b
    check = [y[0, 0].item(), y[-1, -1].item(), y[0, 0].item()]

    def run(steps):
        for _ in range(steps):
            torch.mm(a, b)
        return check.pop(0) if check else 0

    return run


run = multiplying() if job["task"] == "matmul" else training()
check = [run(1) for _ in range(3)]
seconds, cpu_seconds = [], []
for _ in range(job["repeat"]):
    start, cpu = time.perf_counter(), time.process_time()
    run(job["steps"])
    seconds.append((time.perf_counter() - start) / job["steps"])
    cpu_seconds.append((time.process_time() - cpu) / job["steps"])
settings = {"threads": torch.get_num_threads(), "cpu": torch.backends.cpu.get_cpu_capability()}
times = {"seconds": seconds, "cpuSeconds": cpu_seconds}
print(json.dumps({"engine": f"torch {torch.__version__}", "settings": settings, "check": check} | times))
