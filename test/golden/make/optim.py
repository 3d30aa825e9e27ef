"""
Writes test/golden/optim: ten steps of PyTorch's optimizers in f32 and f64 (and of Lion, which it has not, in f64), its
clipping, averages and learning-rate schedules.

    pip install torch==2.15.0
    python test/golden/make/optim.py test/golden/optim

Options carry Wick's names; `torch` beside them says what PyTorch was called with. Muon's iteration is in the dtype of its
parameters here (PyTorch rounds it to bf16), but for the case that says so.
"""
import inspect, json, math, os, sys
import numpy as np
import torch

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
rng = np.random.default_rng(11)
STEPS, KEPT = 10, [1, 2, 10]
SHAPES = {"wide": [3, 5], "tall": [7, 2], "vector": [4], "cube": [2, 3, 2]}


def draw(shape):
    return rng.standard_normal(shape).astype(np.float32)


def told(tensor):
    """Decimal numbers that give the same f32 or f64 again."""
    return [float(np.format_float_positional(v, unique=True)) for v in tensor.detach().reshape(-1).numpy()]


starts = {name: draw(shape) for name, shape in SHAPES.items()}
gradients = [{name: draw(shape) for name, shape in SHAPES.items()} for _ in range(STEPS)]
gradients[3]["tall"] *= 100  # a burst, for what bounds steps
gradients[5]["vector"] *= 0


# steps, from 0 on, in which a parameter has no gradient: at first, every other one, in the middle
MISSING = {"wide": [], "tall": [0, 1, 2, 3, 4], "vector": [0, 2, 4, 6, 8], "cube": [3, 4, 5, 6]}


def run(make, names, before_step=None, dtype=torch.float32, at=KEPT, missing={}):
    leaves = {name: torch.tensor(starts[name], dtype=dtype, requires_grad=True) for name in names}
    optimizer = make(leaves)
    kept = {}
    for step in range(STEPS):
        for name, leaf in leaves.items():
            skips = step in missing.get(name, [])
            leaf.grad = None if skips else torch.tensor(gradients[step][name], dtype=dtype)
        if before_step:
            before_step(optimizer, step)
        optimizer.step()
        if step + 1 in at:
            kept[step + 1] = {name: told(leaf) for name, leaf in leaves.items()}
    return kept


muon = torch.optim._muon
rounded = muon._zeropower_via_newtonschulz
exec(inspect.getsource(rounded).replace("torch.bfloat16", "grad.dtype"), vars(muon))
exact = muon._zeropower_via_newtonschulz
cases = []


def case(name, kind, options, torch_class, torch_options, names=tuple(SHAPES), tolerance=1e-5, missing={}):
    make = lambda leaves: torch_class(list(leaves.values()), **torch_options)
    expected = run(make, names, at=range(1, STEPS + 1) if missing else KEPT, missing=missing)
    wide = None
    if tolerance < 1e-4:
        wide = run(make, names, dtype=torch.float64, at=[STEPS], missing=missing)[STEPS]
    shown = {key: list(value) if isinstance(value, tuple) else value for key, value in torch_options.items()}
    cases.append({"name": name, "optimizer": kind, "options": options, "torch": shown, "parameters": list(names),
                  "tolerance": tolerance, "expected": expected, "wide": wide,
                  **({"missing": {name: missing[name] for name in names}} if missing else {})})


class Lion(torch.optim.Optimizer):
    """As google/automl's lion_pytorch.py."""
    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, (beta1, beta2) = group["lr"], group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                mean = self.state[p].setdefault("mean", torch.zeros_like(p))
                p.mul_(1 - lr * group["weight_decay"])
                p.sub_(lr * torch.sign(mean * beta1 + p.grad * (1 - beta1)))
                mean.mul_(beta2).add_(p.grad, alpha=1 - beta2)


SGD, Adam, AdamW, Adafactor, Muon = (getattr(torch.optim, n) for n in ["SGD", "Adam", "AdamW", "Adafactor", "Muon"])
case("sgd", "Sgd", {"learningRate": 0.1}, SGD, {"lr": 0.1})
case("sgd with decay, going up", "Sgd", {"learningRate": 0.1, "weightDecay": 0.2, "maximize": True}, SGD,
     {"lr": 0.1, "weight_decay": 0.2, "maximize": True})
case("sgd with momentum", "Sgd", {"learningRate": 0.05, "momentum": 0.9}, SGD, {"lr": 0.05, "momentum": 0.9})
case("sgd with momentum, dampening and decay", "Sgd",
     {"learningRate": 0.05, "momentum": 0.8, "dampening": 0.3, "weightDecay": 0.01}, SGD,
     {"lr": 0.05, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.01})
case("sgd of Nesterov", "Sgd", {"learningRate": 0.05, "momentum": 0.9, "nesterov": True, "weightDecay": 0.1}, SGD,
     {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1})
case("adam", "Adam", {"learningRate": 0.01}, Adam, {"lr": 0.01})
case("adam with decay and other betas", "Adam",
     {"learningRate": 0.03, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6, "weightDecay": 0.1}, Adam,
     {"lr": 0.03, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1})
case("adam, going up", "Adam", {"learningRate": 0.01, "weightDecay": 0.1, "maximize": True}, Adam,
     {"lr": 0.01, "weight_decay": 0.1, "maximize": True})
case("adamw", "AdamW", {"learningRate": 0.01}, AdamW, {"lr": 0.01})
case("adamw with decay and other betas", "AdamW",
     {"learningRate": 0.03, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6, "weightDecay": 0.3}, AdamW,
     {"lr": 0.03, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.3})
case("lion", "Lion", {"learningRate": 0.01}, Lion, {"lr": 0.01})
case("lion with decay and other betas", "Lion",
     {"learningRate": 0.03, "beta1": 0.8, "beta2": 0.95, "weightDecay": 0.3}, Lion,
     {"lr": 0.03, "betas": (0.8, 0.95), "weight_decay": 0.3})
case("adafactor", "Adafactor", {"learningRate": 0.01}, Adafactor, {"lr": 0.01})
case("adafactor at a rate that 1 / sqrt(t) bounds, with decay", "Adafactor",
     {"learningRate": 0.6, "weightDecay": 0.05}, Adafactor, {"lr": 0.6, "weight_decay": 0.05})
case("adafactor with other options", "Adafactor",
     {"learningRate": 0.05, "beta2Decay": -0.5, "epsilon": [1e-3, 0.5], "clip": 1.5, "weightDecay": 0.1}, Adafactor,
     {"lr": 0.05, "beta2_decay": -0.5, "eps": (1e-3, 0.5), "d": 1.5, "weight_decay": 0.1})
case("adafactor, going up", "Adafactor", {"learningRate": 0.02, "maximize": True}, Adafactor,
     {"lr": 0.02, "maximize": True})
flat = ("wide", "tall")
case("muon", "Muon", {"learningRate": 0.02}, Muon, {"lr": 0.02}, flat)
case("muon without Nesterov or decay", "Muon",
     {"learningRate": 0.02, "nesterov": False, "weightDecay": 0, "momentum": 0.9}, Muon,
     {"lr": 0.02, "nesterov": False, "weight_decay": 0, "momentum": 0.9}, flat)
case("muon at AdamW's rate", "Muon",
     {"learningRate": 0.01, "adjustRate": "matchRmsAdamW", "weightDecay": 0.3}, Muon,
     {"lr": 0.01, "adjust_lr_fn": "match_rms_adamw", "weight_decay": 0.3}, flat)
case("muon with other coefficients", "Muon",
     {"learningRate": 0.02, "adjustRate": "spectralUnclamped", "coefficients": [2, -1.5, 0.5], "iterations": 7,
      "epsilon": 1e-3}, Muon,
     {"lr": 0.02, "adjust_lr_fn": "spectral_unclamped", "ns_coefficients": (2, -1.5, 0.5), "ns_steps": 7, "eps": 1e-3},
     flat)
case("adam with amsgrad", "Adam", {"learningRate": 0.03, "amsgrad": True}, Adam, {"lr": 0.03, "amsgrad": True})
case("adam with amsgrad, decay and other betas", "Adam",
     {"learningRate": 0.03, "beta1": 0.8, "beta2": 0.7, "weightDecay": 0.1, "amsgrad": True}, Adam,
     {"lr": 0.03, "betas": (0.8, 0.7), "weight_decay": 0.1, "amsgrad": True})
case("adamw with amsgrad", "AdamW", {"learningRate": 0.03, "beta2": 0.7, "amsgrad": True}, AdamW,
     {"lr": 0.03, "betas": (0.9, 0.7), "amsgrad": True})
for kind, torch_class, names, options, torch_options in [
    ("Sgd", SGD, tuple(SHAPES), {"momentum": 0.8, "dampening": 0.3, "weightDecay": 0.01},
     {"momentum": 0.8, "dampening": 0.3, "weight_decay": 0.01}),
    ("Sgd", SGD, tuple(SHAPES), {"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "nesterov": True}),
    ("Adam", Adam, tuple(SHAPES), {"weightDecay": 0.1}, {"weight_decay": 0.1}),
    ("Adam", Adam, tuple(SHAPES), {"beta2": 0.7, "amsgrad": True}, {"betas": (0.9, 0.7), "amsgrad": True}),
    ("AdamW", AdamW, tuple(SHAPES), {}, {}),
    ("AdamW", AdamW, tuple(SHAPES), {"beta2": 0.7, "amsgrad": True}, {"betas": (0.9, 0.7), "amsgrad": True}),
    ("Lion", Lion, tuple(SHAPES), {"weightDecay": 0.3}, {"weight_decay": 0.3}),
    ("Adafactor", Adafactor, tuple(SHAPES), {"weightDecay": 0.1}, {"weight_decay": 0.1}),
    ("Muon", Muon, flat, {}, {}),
]:
    told_options = "".join(f" {name}" for name in options)
    case(f"{kind.lower()}{told_options} where gradients are missing", kind, {"learningRate": 0.05, **options}, torch_class,
         {"lr": 0.05, **torch_options}, names, missing=MISSING)
muon._zeropower_via_newtonschulz = rounded
case("muon as PyTorch rounds it to bf16", "Muon", {"learningRate": 0.02}, Muon, {"lr": 0.02}, flat, tolerance=6e-3)
muon._zeropower_via_newtonschulz = exact


def grouped(leaves):
    first, second = [leaves["wide"], leaves["cube"]], [leaves["tall"], leaves["vector"]]
    return AdamW([{"params": first, "lr": 0.05, "weight_decay": 0.5}, {"params": second}], lr=0.01)


def scheduled(optimizer, step):
    for group, base in zip(optimizer.param_groups, [0.05, 0.01]):
        group["lr"] = base * (1 - step / 10)


groups = {"groups": [{"parameters": ["wide", "cube"], "learningRate": 0.05, "weightDecay": 0.5},
                     {"parameters": ["tall", "vector"]}], "learningRate": 0.01,
          "plain": run(grouped, tuple(SHAPES)), "linear": run(grouped, tuple(SHAPES), scheduled)}



def clip(max_norm, norm_type, dtype):
    leaves = [torch.zeros(shape, dtype=dtype, requires_grad=True) for shape in SHAPES.values()]
    for leaf, gradient in zip(leaves, gradients[0].values()):
        leaf.grad = torch.tensor(gradient, dtype=dtype)
    norm = torch.nn.utils.clip_grad_norm_(leaves, max_norm, norm_type)
    return {"norm": norm.item(), "clipped": [told(leaf.grad) for leaf in leaves]}


def follow(dtype):
    """An average of parameters that are each step's gradients."""
    followed = {name: torch.tensor(value, dtype=dtype) for name, value in starts.items()}
    update = torch.optim.swa_utils.get_ema_avg_fn(0.9)
    for step in range(STEPS):
        followed = {name: update(value, torch.tensor(gradients[step][name], dtype=dtype), step + 1)
                    for name, value in followed.items()}
    return {name: told(value) for name, value in followed.items()}


clipped = [{"maxNorm": max_norm, "normType": "inf" if norm_type == math.inf else norm_type,
            **clip(max_norm, norm_type, torch.float32), "wide": clip(max_norm, norm_type, torch.float64)}
           for max_norm in [0.5, 1000.0] for norm_type in [2, 1, math.inf, 3]]
average = {"decay": 0.9, "expected": follow(torch.float32), "wide": follow(torch.float64)}

with open(f"{folder}/steps.json", "w") as file:
    json.dump({"from": f"torch {torch.__version__}", "shapes": SHAPES,
               "starts": {name: told(torch.tensor(value)) for name, value in starts.items()},
               "gradients": [{n: told(torch.tensor(v)) for n, v in step.items()} for step in gradients],
               "cases": cases, "groups": groups, "clipNorm": clipped, "average": average}, file, separators=(",", ":"))
    file.write("\n")

schedules = torch.optim.lr_scheduler


def rates(make, steps):
    """Factors of the base rate over steps."""
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = make(optimizer)
    values = []
    for step in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < steps:
            scheduler.step()
    return values


def warm(steps, then):
    return lambda o: schedules.SequentialLR(
        o, [schedules.LinearLR(o, 1 / (steps + 1), 1.0, steps), then(o)], milestones=[steps])


curves = {
    "constant": rates(lambda o: schedules.LambdaLR(o, lambda _: 1.0), 5),
    "linear 10": rates(lambda o: schedules.LinearLR(o, 1.0, 0.0, 10), 14),
    "linear 7 from 0.25 to 0.75": rates(lambda o: schedules.LinearLR(o, 0.25, 0.75, 7), 10),
    "cosine 12": rates(lambda o: schedules.CosineAnnealingLR(o, 12), 13),
    "cosine 9 to 0.1": rates(lambda o: schedules.CosineAnnealingLR(o, 9, 0.1), 10),
    "one cycle 20": rates(lambda o: schedules.OneCycleLR(o, 1.0, 20, cycle_momentum=False), 20),
    "one cycle 33 with other options": rates(lambda o: schedules.OneCycleLR(
        o, 1.0, 33, pct_start=0.25, div_factor=10, final_div_factor=100, cycle_momentum=False), 33),
    "warm-up 4, then constant": rates(warm(4, lambda o: schedules.LambdaLR(o, lambda _: 1.0)), 9),
    "warm-up 5, then linear 8 to 0.1": rates(warm(5, lambda o: schedules.LinearLR(o, 1.0, 0.1, 8)), 16),
    "warm-up 3, then cosine 10": rates(warm(3, lambda o: schedules.CosineAnnealingLR(o, 10)), 14),
}
with open(f"{folder}/schedules.json", "w") as file:
    json.dump({"from": f"torch {torch.__version__}", "curves": curves}, file, indent=1)
    file.write("\n")
