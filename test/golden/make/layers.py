"""
Writes test/golden/layers/layers.json: what layers make of their inputs in PyTorch, and all gradients.

    pip install torch==2.15.0
    python test/golden/make/layers.py test/golden/layers

A layer is made of `args`, takes `state` by PyTorch's names and `inputs` (f32 or i32) for forward, with `options` behind
them, where {"input": n} stands for an input. PyTorch computes in float64. Gradients are those of the sum of y * dy,
dy[i] = ((37 i + 11) % 41 - 20) / 16.
"""
import json, math, os, sys
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
rng = np.random.default_rng(31)
torch.set_default_dtype(torch.float64)
cases = []


def draw(*shape):
    return (np.round(rng.standard_normal(shape) * 100) / 100).astype(np.float32)


def number(v):
    short = float(f"{v:.8g}")
    return int(short) if short == int(short) else short


def told(x):
    flat = np.asarray(x).reshape(-1)
    values = [float(str(v)) for v in flat] if flat.dtype == np.float32 else [float(v) for v in flat]
    return {"shape": list(x.shape), "data": [number(v) for v in values]}


class At(dict):
    """An option that is an input."""
    def __init__(self, at):
        super().__init__(input=at)


def case(layer, args, state, inputs, torch_op, options=None, tolerance=1e-5, training=True, note=None, after=()):
    """`torch_op(state, *inputs)` by name; `after` are names of buffers that forward changes."""
    leaves = {k: torch.tensor(v, dtype=torch.float64, requires_grad=k not in after) for k, v in state.items()}
    given = [torch.tensor(x, dtype=torch.float64, requires_grad=True) if x.dtype == np.float32
             else torch.tensor(x, dtype=torch.bool if x.dtype == np.uint8 else torch.int64) for x in inputs]
    y = torch_op(leaves, *given)
    slope = torch.tensor([((i * 37 + 11) % 41 - 20) / 16 for i in range(y.numel())]).reshape(y.shape)
    (y * slope).sum().backward()
    grads = [told(x.grad.numpy())["data"] if x.is_floating_point() else None for x in given]
    names = {np.dtype(np.float32): "f32", np.dtype(np.int32): "i32", np.dtype(np.uint8): "u8"}
    made = {"layer": layer, "args": args, "training": training, "state": {k: told(v) for k, v in state.items()},
            "inputs": [{"dtype": names[x.dtype], **told(x)} for x in inputs], "options": options,
            "expected": told(y.detach().numpy()), "tolerance": tolerance,
            "gradients": {"inputs": grads,
                          "state": {k: told(v.grad.numpy())["data"] for k, v in leaves.items() if v.requires_grad}}}
    if after:
        made["after"] = {k: told(leaves[k].numpy())["data"] for k in after}
    if note:
        made["note"] = note
    cases.append(made)


case("Linear", [4, 3], {"weight": draw(3, 4), "bias": draw(3)}, [draw(2, 5, 4)],
     lambda s, x: F.linear(x, s["weight"], s["bias"]))
case("Linear", [4, 3, {"bias": False}], {"weight": draw(3, 4)}, [draw(5, 4)], lambda s, x: F.linear(x, s["weight"]))
case("Embedding", [5, 3], {"weight": draw(5, 3)}, [np.array([[4, 0, 4], [1, 2, 2]], np.int32)],
     lambda s, i: F.embedding(i, s["weight"]))
case("LayerNorm", [5], {"weight": draw(5), "bias": draw(5)}, [draw(2, 3, 5)],
     lambda s, x: F.layer_norm(x, (5,), s["weight"], s["bias"], 1e-5), tolerance=3e-5)
case("LayerNorm", [7, {"epsilon": 0.01, "bias": False}], {"weight": draw(7)}, [draw(3, 7)],
     lambda s, x: F.layer_norm(x, (7,), s["weight"], None, 0.01), tolerance=3e-5)
case("RmsNorm", [5, 1e-3], {"weight": draw(5)}, [draw(2, 3, 5)], lambda s, x: F.rms_norm(x, (5,), s["weight"], 1e-3))


def layer(s, name, x):
    return F.linear(x, s[f"{name}.weight"], s.get(f"{name}.bias"))


def linears(bias=True, **sizes):
    state = {}
    for name, (inputs, outputs) in sizes.items():
        state[f"{name}.weight"] = draw(outputs, inputs) * np.float32(0.5)
        if bias:
            state[f"{name}.bias"] = draw(outputs)
    return state


case("FeedForward", [4, 6], linears(up=(4, 6), down=(6, 4)), [draw(2, 3, 4)],
     lambda s, x: layer(s, "down", F.gelu(layer(s, "up", x))), tolerance=3e-5)
case("GatedFeedForward", [4, 6], linears(False, gate=(4, 6), up=(4, 6), down=(6, 4)), [draw(2, 3, 4)],
     lambda s, x: layer(s, "down", F.silu(layer(s, "gate", x)) * layer(s, "up", x)), tolerance=3e-5)
case("GatedFeedForward", [4, 6, {"gate": "gelu", "bias": True}], linears(gate=(4, 6), up=(4, 6), down=(6, 4)),
     [draw(3, 4)], lambda s, x: layer(s, "down", F.gelu(layer(s, "gate", x)) * layer(s, "up", x)), tolerance=3e-5)


def attend(heads, groups, causal=False, masked=False):
    def forward(s, x, memory=None, mask=None):
        if masked:
            memory, mask = None, memory
        memory = x if memory is None else memory
        split = lambda t, n: t.unflatten(-1, (n, -1)).transpose(-2, -3)
        q, k, v = layer(s, "query", x), layer(s, "key", memory), layer(s, "value", memory)
        y = F.scaled_dot_product_attention(split(q, heads), split(k, groups), split(v, groups), attn_mask=mask,
                                           is_causal=causal, enable_gqa=True)
        return layer(s, "output", y.transpose(-2, -3).flatten(-2))
    return forward


whole = dict(query=(8, 8), key=(8, 8), value=(8, 8), output=(8, 8))
case("MultiHeadAttention", [8, 2], linears(**whole), [draw(2, 5, 8)], attend(2, 2), tolerance=5e-5)
case("MultiHeadAttention", [8, 2, {"causal": True, "bias": False}], linears(False, **whole), [draw(1, 7, 8)],
     attend(2, 2, True), tolerance=5e-5, note="causal")
case("MultiHeadAttention", [8, 4, {"keyValueHeads": 2, "causal": True}],
     linears(query=(8, 8), key=(8, 4), value=(8, 4), output=(8, 8)), [draw(2, 3, 8)], attend(4, 2, True), tolerance=5e-5,
     note="grouped")
case("MultiHeadAttention", [8, 2, {"memoryWidth": 6}], linears(query=(8, 8), key=(6, 8), value=(6, 8), output=(8, 8)),
     [draw(2, 3, 8), draw(2, 5, 6)], attend(2, 2), {"memory": At(1)}, tolerance=5e-5, note="across")
case("PositionalEmbedding", [6, 4], {"weight": draw(6, 4)}, [draw(2, 3, 4)], lambda s, x: x + s["weight"][:3])

# layers over channels
case("Conv1d", [3, 4, 3], {"weight": draw(4, 3, 3), "bias": draw(4)}, [draw(2, 3, 7)],
     lambda s, x: F.conv1d(x, s["weight"], s["bias"]))
case("Conv2d", [4, 6, 3, {"stride": 2, "padding": 1, "groups": 2}], {"weight": draw(6, 2, 3, 3), "bias": draw(6)},
     [draw(1, 4, 5, 6)], lambda s, x: F.conv2d(x, s["weight"], s["bias"], 2, 1, groups=2), tolerance=3e-5)
case("ConvTranspose1d", [3, 2, 3, {"stride": 2}], {"weight": draw(3, 2, 3), "bias": draw(2)}, [draw(2, 3, 4)],
     lambda s, x: F.conv_transpose1d(x, s["weight"], s["bias"], 2))
case("ConvTranspose2d", [2, 3, 3, {"stride": 2, "padding": 1, "outputPadding": 1}],
     {"weight": draw(2, 3, 3, 3), "bias": draw(3)}, [draw(1, 2, 3, 3)],
     lambda s, x: F.conv_transpose2d(x, s["weight"], s["bias"], 2, 1, 1), tolerance=3e-5)
case("GroupNorm", [2, 4], {"weight": draw(4), "bias": draw(4)}, [draw(2, 4, 3)],
     lambda s, x: F.group_norm(x, 2, s["weight"], s["bias"], 1e-5), tolerance=3e-5)
running = {"running_mean": draw(3), "running_var": np.abs(draw(3)) + np.float32(0.5)}
for training in [True, False]:
    state = {"weight": draw(3), "bias": draw(3), **running}
    case("BatchNorm", [3], state, [draw(4, 3, 2)],
         lambda s, x: F.batch_norm(x, s["running_mean"], s["running_var"], s["weight"], s["bias"], training, 0.1, 1e-5),
         tolerance=3e-5, training=training, after=("running_mean", "running_var"))

# recurrent layers, [B, T, C] in, [B, T, H] out
for name, kind, gates in [("Rnn", nn.RNN, 1), ("Gru", nn.GRU, 3), ("Lstm", nn.LSTM, 4)]:
    state = {"weight_ih_l0": draw(gates * 4, 3), "weight_hh_l0": draw(gates * 4, 4) * np.float32(0.5),
             "bias_ih_l0": draw(gates * 4), "bias_hh_l0": draw(gates * 4)}
    model = kind(3, 4, batch_first=True)
    case(name, [3, 4], state, [draw(2, 5, 3)],
         lambda s, x: torch.func.functional_call(model, s, (x,))[0], tolerance=5e-5)

with open(f"{folder}/layers.json", "w") as file:
    lines = ",\n".join(json.dumps(made, separators=(",", ":")) for made in cases)
    file.write(f'{{"from":"torch {torch.__version__}","cases":[\n{lines}\n]}}\n')
