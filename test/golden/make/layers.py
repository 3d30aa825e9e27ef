"""
Writes test/golden/layers/layers.json: what layers give in PyTorch, and the gradients of their inputs and parameters.

    pip install torch==2.15.0
    python test/golden/make/layers.py test/golden/layers

Values are of two decimals, PyTorch computes in float64. Gradients are those of the sum of y * dy over all results, dy
as `slope` below. `after` are the buffers after a forward. Layers that PyTorch has in parts alone are modules here, of
the names that Wick's have.
"""
import json, os, sys
import torch
from torch import nn
import torch.nn.functional as F

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
torch.manual_seed(29)
cases = []


def slope(count):
    return torch.tensor([((i * 37 + 11) % 41 - 20) / 16 for i in range(count)], dtype=torch.float64)


def X(*shape, low=-2.0, high=2.0):
    return (torch.rand(shape, dtype=torch.float64) * (high - low) + low).mul(100).round().div(100)


def flat(t):
    return [float(f"{v:.8g}") for v in t.detach().double().flatten().tolist()]


def shown(t):
    return {"shape": list(t.shape), "data": flat(t)}


def layer(name, arguments, module, inputs, call=None, training=True, note=None):
    module = module.double().train(training)
    for parameter in module.parameters():
        parameter.data = X(*parameter.shape, low=-0.8, high=0.8)
    for buffer_name, buffer in module.named_buffers():
        if buffer.is_floating_point():
            buffer.copy_(X(*buffer.shape, low=0.5, high=1.5))
    state = {k: shown(v) for k, v in module.state_dict().items() if v.is_floating_point()}
    given = [t.clone().requires_grad_(t.is_floating_point()) for t in inputs]
    results = (call or (lambda m, *x: m(*x)))(module, *given)
    results = results if isinstance(results, (list, tuple)) else [results]
    sum((y * slope(y.numel()).view_as(y)).sum() for y in results).backward()
    case = {
        "layer": name, "args": arguments, "training": training, "state": state,
        "inputs": [{"dtype": "f32" if t.is_floating_point() else "i32", **shown(t)} for t in inputs],
        "expected": [shown(y) for y in results],
        "gradients": [None if t.grad is None else flat(t.grad) for t in given],
        "parameterGradients": {k: flat(p.grad) for k, p in module.named_parameters()},
    }
    if any(True for _ in module.buffers()):
        case["after"] = {k: flat(v) for k, v in module.named_buffers() if v.is_floating_point()}
    if note:
        case["note"] = note
    cases.append(case)


layer("Linear", [5, 3], nn.Linear(5, 3), [X(2, 4, 5)])
layer("Linear", [5, 3, {"bias": False}], nn.Linear(5, 3, bias=False), [X(5)])
layer("Embedding", [6, 3], nn.Embedding(6, 3), [torch.tensor([[4, 0, 4], [2, 5, 0]])])
layer("LayerNorm", [5], nn.LayerNorm(5), [X(2, 3, 5)])
layer("LayerNorm", [7, {"epsilon": 0.01, "bias": False}], nn.LayerNorm(7, eps=0.01, bias=False), [X(3, 7)])
layer("RmsNorm", [5, {"epsilon": 1e-3}], nn.RMSNorm(5, eps=1e-3), [X(2, 3, 5)])
layer("RmsNorm", [5, {"epsilon": 1e-6}], nn.RMSNorm(5, eps=1e-6), [X(2, 3, 5)])
layer("GroupNorm", [2, 4], nn.GroupNorm(2, 4), [X(2, 4, 3)])
layer("GroupNorm", [4, 4, {"epsilon": 1e-3}], nn.GroupNorm(4, 4, eps=1e-3), [X(2, 4, 2, 3)])
layer("BatchNorm", [3], nn.BatchNorm1d(3), [X(5, 3)])
layer("BatchNorm", [3, {"momentum": 0.3, "epsilon": 0.01}], nn.BatchNorm2d(3, momentum=0.3, eps=0.01), [X(2, 3, 2, 3)])
layer("BatchNorm", [3], nn.BatchNorm2d(3), [X(2, 3, 2, 3)], training=False)
for training in [True, False]:
    layer("BatchNorm", [3], nn.BatchNorm1d(3), [X(4, 3, 2)], training=training)
layer("Conv1d", [3, 4, 3], nn.Conv1d(3, 4, 3), [X(2, 3, 7)])
layer("Conv1d", [4, 6, 3, {"stride": 2, "padding": 1, "groups": 2}], nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2), [X(2, 4, 7)])
layer("Conv2d", [2, 3, [3, 2], {"padding": [1, 0], "dilation": 2}], nn.Conv2d(2, 3, (3, 2), padding=(1, 0), dilation=2), [X(2, 2, 6, 5)])
layer("Conv2d", [4, 4, 3, {"groups": 4, "bias": False, "padding": "same"}], nn.Conv2d(4, 4, 3, groups=4, bias=False, padding="same"), [X(1, 4, 4, 4)])
layer("Conv2d", [4, 6, 3, {"stride": 2, "padding": 1, "groups": 2}], nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2), [X(1, 4, 5, 6)])
layer("ConvTranspose1d", [3, 2, 3, {"stride": 2}], nn.ConvTranspose1d(3, 2, 3, stride=2), [X(2, 3, 4)])
layer("ConvTranspose1d", [4, 2, 3, {"stride": 2, "outputPadding": 1}], nn.ConvTranspose1d(4, 2, 3, stride=2, output_padding=1), [X(2, 4, 4)])
layer("ConvTranspose2d", [2, 4, 3, {"stride": 2, "padding": 1, "groups": 2}], nn.ConvTranspose2d(2, 4, 3, stride=2, padding=1, groups=2), [X(1, 2, 3, 4)])
layer("ConvTranspose2d", [2, 3, 3, {"stride": 2, "padding": 1, "outputPadding": 1}], nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1), [X(1, 2, 3, 3)])
layer("Prelu", [3], nn.PReLU(3), [X(2, 3, 4)])
for name, arguments, module in [
    ("Relu", [], nn.ReLU()), ("LeakyRelu", [0.2], nn.LeakyReLU(0.2)), ("Elu", [0.5], nn.ELU(0.5)), ("Selu", [], nn.SELU()),
    ("Gelu", [], nn.GELU()), ("Gelu", ["tanh"], nn.GELU("tanh")), ("Silu", [], nn.SiLU()), ("Mish", [], nn.Mish()),
    ("HardSwish", [], nn.Hardswish()), ("Sigmoid", [], nn.Sigmoid()), ("Softplus", [2], nn.Softplus(2)), ("Tanh", [], nn.Tanh()),
]:
    layer(name, arguments, module, [X(3, 7, low=-5, high=5)])

T = 4
causal = torch.ones(T, T, dtype=torch.bool).triu(1)
layer("MultiHeadAttention", [8, 2, {"causal": True}], nn.MultiheadAttention(8, 2, batch_first=True), [X(2, T, 8)],
      lambda m, x: m(x, x, x, attn_mask=causal, need_weights=False)[0])
layer("MultiHeadAttention", [8, 4], nn.MultiheadAttention(8, 4, batch_first=True), [X(2, 3, 8), X(2, 5, 8)],
      lambda m, x, y: m(x, y, y, need_weights=False)[0], note="the second input is the memory")


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.up, self.down = nn.Linear(4, 6), nn.Linear(6, 4)

    def forward(self, x):
        return self.down(F.gelu(self.up(x)))


class GatedFeedForward(nn.Module):
    def __init__(self, gate, bias):
        super().__init__()
        self.gate, self.up, self.down = nn.Linear(4, 6, bias), nn.Linear(4, 6, bias), nn.Linear(6, 4, bias)
        self.function = gate

    def forward(self, x):
        return self.down(self.function(self.gate(x)) * self.up(x))


class Attention(nn.Module):
    """With a projection each, for heads that share keys and for a memory of another width."""
    def __init__(self, heads, groups=None, causal=False, bias=True, memory=8):
        super().__init__()
        self.heads, self.groups, self.causal = heads, groups or heads, causal
        kept = 8 * self.groups // heads
        self.query, self.output = nn.Linear(8, 8, bias), nn.Linear(8, 8, bias)
        self.key, self.value = nn.Linear(memory, kept, bias), nn.Linear(memory, kept, bias)

    def forward(self, x, memory=None):
        memory = x if memory is None else memory
        split = lambda t, n: t.unflatten(-1, (n, -1)).transpose(-2, -3)
        y = F.scaled_dot_product_attention(split(self.query(x), self.heads), split(self.key(memory), self.groups),
                                           split(self.value(memory), self.groups), is_causal=self.causal, enable_gqa=True)
        return self.output(y.transpose(-2, -3).flatten(-2))


class PositionalEmbedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(6, 4))

    def forward(self, x):
        return x + self.weight[:x.shape[-2]]


layer("FeedForward", [4, 6], FeedForward(), [X(2, 3, 4)])
layer("GatedFeedForward", [4, 6], GatedFeedForward(F.silu, False), [X(2, 3, 4)])
layer("GatedFeedForward", [4, 6, {"gate": "gelu", "bias": True}], GatedFeedForward(F.gelu, True), [X(3, 4)])
layer("MultiHeadAttention", [8, 2], Attention(2), [X(2, 5, 8)])
layer("MultiHeadAttention", [8, 2, {"causal": True, "bias": False}], Attention(2, causal=True, bias=False), [X(1, 7, 8)])
layer("MultiHeadAttention", [8, 4, {"keyValueHeads": 2, "causal": True}], Attention(4, 2, True), [X(2, 3, 8)])
layer("MultiHeadAttention", [8, 2, {"memoryWidth": 6}], Attention(2, memory=6), [X(2, 3, 8), X(2, 5, 6)],
      note="the second input is the memory")
layer("PositionalEmbedding", [6, 4], PositionalEmbedding(), [X(2, 3, 4)])


def recurrent(m, *x):
    output, state = m(x[0], (tuple(x[1:]) if len(x) > 2 else x[1]) if len(x) > 1 else None)
    return [output, *(state if isinstance(state, tuple) else [state])]


for name, kind, states in [("Rnn", nn.RNN, 1), ("Lstm", nn.LSTM, 2), ("Gru", nn.GRU, 1)]:
    layer(name, [3, 4], kind(3, 4, batch_first=True), [X(2, 5, 3)], recurrent)
    layer(name, [3, 2, {"layers": 2, "bidirectional": True}], kind(3, 2, 2, bidirectional=True, batch_first=True),
          [X(2, 3, 3), *(X(4, 2, 2) for _ in range(states))], recurrent)
layer("Gru", [2, 3, {"bias": False}], nn.GRU(2, 3, bias=False, batch_first=True), [X(1, 1, 2)], recurrent)


class Halves(nn.Module):
    """function(first half) * second half."""
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        gate, up = x.chunk(2, -1)
        return self.function(gate) * up


class Sinusoidal(nn.Module):
    """Sines in even places, cosines in odd ones (Vaswani et al. 2017)."""
    def forward(self, x):
        T, C = x.shape[-2:]
        angles = torch.arange(T).double()[:, None] * 10000 ** (-torch.arange(0, C, 2).double() / C)
        return x + torch.stack([angles.sin(), angles.cos()], -1).flatten(-2)[:, :C]


class Rotary(nn.Module):
    """Pairs of [B, T, H, D] turned by position / base^(2 i / R) (Su et al. 2021)."""
    def __init__(self, dims, base, interleaved=False):
        super().__init__()
        self.dims, self.base, self.interleaved = dims, base, interleaved

    def forward(self, x):
        R = self.dims
        angles = torch.arange(x.shape[-3]).double()[:, None] * self.base ** (-torch.arange(0, R, 2).double() / R)
        cos, sin = angles.cos()[:, None], angles.sin()[:, None]
        turned = x[..., :R]
        a, b = (turned[..., ::2], turned[..., 1::2]) if self.interleaved else turned.chunk(2, -1)
        both = [a * cos - b * sin, a * sin + b * cos]
        both = torch.stack(both, -1).flatten(-2) if self.interleaved else torch.cat(both, -1)
        return torch.cat([both, x[..., R:]], -1)


layer("MaxPool2d", [2], nn.MaxPool2d(2), [X(1, 2, 5, 4)])
layer("MaxPool2d", [3, {"stride": 2, "padding": 1}], nn.MaxPool2d(3, 2, 1), [X(2, 1, 5, 6)])
layer("AvgPool2d", [3, {"stride": 1}], nn.AvgPool2d(3, 1), [X(1, 2, 5, 4)])
layer("Flatten", [], nn.Flatten(), [X(3, 2, 5)])
layer("Swiglu", [], Halves(F.silu), [X(3, 10)])
layer("Geglu", [], Halves(F.gelu), [X(2, 3, 6)])
layer("SinusoidalEmbedding", [7, 6], Sinusoidal(), [X(2, 5, 6)])
layer("RotaryEmbedding", [7, 4, {"base": 100}], Rotary(4, 100), [X(2, 3, 2, 5)])
layer("RotaryEmbedding", [5, 6, {"pairs": "interleaved"}], Rotary(6, 10000, True), [X(1, 5, 1, 6)])
layer("Embedding", [6, 3, {"paddingIdx": 2}], nn.Embedding(6, 3, padding_idx=2), [torch.tensor([[4, 2, 4], [2, 5, 0]])])
layer("Embedding", [6, 3, {"paddingIdx": -1}], nn.Embedding(6, 3, padding_idx=-1), [torch.tensor([5, 0, 5, 4])])
layer("Dropout", [0.5], nn.Dropout(0.5), [X(3, 5)], training=False)
layer("Dropout", [0], nn.Dropout(0), [X(3, 5)])

with open(f"{folder}/layers.json", "w") as file:
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    file.write(f'{{"from":"torch {torch.__version__}","cases":[\n{lines}\n]}}\n')
