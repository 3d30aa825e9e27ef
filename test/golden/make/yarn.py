"""Writes what transformers makes of YaRN's parameters: test/golden/yarn.json.

Each case has a config.json's `rope_parameters`, what llama.cpp's converter writes of them into a GGUF file (its
conversion/base.py; the multiplier as conversion/mistral.py), the angles' frequencies and what cos and sin are
multiplied with.

Usage: pip install transformers==5.24.0 numpy, then python yarn.py. transformers' own function runs over numpy's float64
in the place of torch.
"""

import json
import pathlib
from types import SimpleNamespace

import numpy
from transformers import modeling_rope_utils


class Array(numpy.ndarray):
    """An array with the one method of torch's that the function calls."""

    def to(self, **_):
        return self


def array(values):
    return numpy.asarray(values, dtype=numpy.float64).view(Array)


modeling_rope_utils.torch = SimpleNamespace(
    arange=lambda *bounds, **_: array(numpy.arange(*bounds)),
    clamp=lambda x, low, high: array(numpy.clip(x, low, high)),
    float=None,
    float32=None,
)

KEYS = {
    "factor": "factor",
    "original_max_position_embeddings": "original_context_length",
    "attention_factor": "yarn_attn_factor",
    "beta_fast": "yarn_beta_fast",
    "beta_slow": "yarn_beta_slow",
    "mscale_all_dim": "yarn_log_multiplier",
}


def case(head_dim=64, base=10000.0, **parameters):
    config = SimpleNamespace(
        head_dim=head_dim,
        hidden_size=256,
        num_attention_heads=4,
        max_position_embeddings=256,
        rope_parameters={"rope_type": "yarn", "rope_theta": base, **parameters},
        standardize_rope_params=lambda: None,
    )
    frequencies, magnitude = modeling_rope_utils._compute_yarn_parameters(config)
    gguf = {f"rope.scaling.{KEYS[name]}": value for name, value in parameters.items() if name in KEYS}
    return {
        "parameters": config.rope_parameters,
        "head_dim": head_dim,
        "gguf": gguf,
        "frequencies": frequencies.tolist(),
        "magnitude": float(magnitude),
    }


cases = [
    case(factor=4.0, original_max_position_embeddings=16),
    case(factor=4.0, original_max_position_embeddings=16, attention_factor=1.75),
    case(factor=4.0, original_max_position_embeddings=16, attention_factor=0.5, beta_fast=8.0, beta_slow=2.0),
    case(factor=40.0, original_max_position_embeddings=64, mscale=1.0, mscale_all_dim=1.0),
    case(factor=40.0, original_max_position_embeddings=64, mscale=1.0, mscale_all_dim=0.5),
    case(factor=8.0, original_max_position_embeddings=64, mscale=1.0, mscale_all_dim=1.0, attention_factor=1.25),
    case(factor=0.5, original_max_position_embeddings=16),
    case(factor=1.0, original_max_position_embeddings=16),
    case(factor=16.0, original_max_position_embeddings=4096, base=500000.0, beta_fast=64.0),
]
golden = {"from": "transformers 5.24.0, modeling_rope_utils._compute_yarn_parameters, in float64", "cases": cases}
path = pathlib.Path(__file__).parents[1] / "yarn.json"
path.write_text(json.dumps(golden, indent=1) + "\n")
