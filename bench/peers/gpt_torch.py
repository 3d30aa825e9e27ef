"""One training step (forward, backward, AdamW) of the GPT of bench/gpt.ts in torch on one thread: prints the seconds
of the fastest of N steps after one that warms up.

    python bench/peers/gpt_torch.py [N]
"""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
torch.manual_seed(1)
LAYERS, WIDTH, HEADS, BATCH, CONTEXT, VOCABULARY = 6, 384, 6, 8, 256, 65


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.joined = nn.Linear(WIDTH, 3 * WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (y.view(b, t, HEADS, c // HEADS).transpose(1, 2) for y in self.joined(x).split(WIDTH, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.output(y.transpose(1, 2).reshape(b, t, c))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention = Attention()
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.positions = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.output = nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.output.weight = self.embedding.weight

    def forward(self, ids):
        x = self.embedding(ids) + self.positions.weight
        for block in self.blocks:
            x = block(x)
        return self.output(self.norm(x))


gpt = Gpt()
optimizer = torch.optim.AdamW(gpt.parameters(), lr=3e-4)
inputs, targets = torch.randint(VOCABULARY, (2, BATCH, CONTEXT))


def step():
    loss = F.cross_entropy(gpt(inputs).view(-1, VOCABULARY), targets.view(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


step()
times = []
for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
    start = time.perf_counter()
    step()
    times.append(time.perf_counter() - start)
print(min(times))
