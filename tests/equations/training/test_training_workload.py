"""Parameters and operations from the architecture, against published counts and hand-worked numbers."""

import numpy as np
import pytest

from planner.model import wiring
from tests.conftest import CATALOG

DEFAULTS = {name: fact.value for name, fact in CATALOG.defaults.items()}
OPEN = [entry for entry in CATALOG.entries("models") if "layers" in entry.facts]
# Published totals that are rounded more coarsely than one per cent, or count what the architecture does not give.
ROUNDED = {"kimi-k2": 0.015, "llama-4-scout": 0.012, "qwen3-1.7b": 0.013, "vit-l-16": 0.018}


def evaluated(entry: str, *wanted: str, **given: float) -> dict:
    facts = {f"model_{name}": fact.value for name, fact in CATALOG.entry("models", entry).facts.items()}
    return wiring.evaluate(wanted, {**DEFAULTS, **facts, **given}, {})


@pytest.mark.parametrize("entry", OPEN, ids=lambda e: e.key)
def test_parameters_are_those_published(entry):
    computed = evaluated(entry.key, "counted_parameters")
    published = entry.facts["parameters"].value
    assert computed["counted_parameters"] == pytest.approx(published, rel=ROUNDED.get(entry.key, 0.01))


def test_operations_of_a_diffusion_transformer():
    """DiT-XL/2 at 256 x 256: 118.6 G multiply-adds for 256 tokens (arXiv:2212.09748, table 4)."""
    computed = evaluated("dit-xl-2", "forward_flop_per_token", sequence_length=256.0)
    assert computed["forward_flop_per_token"] * 256 / 2 == pytest.approx(118.6e9, rel=0.01)


def test_operations_of_a_vision_transformer():
    """ViT-L/16 at 224 x 224: 61.6 G multiply-adds for 197 tokens (timm benchmark tables)."""
    computed = evaluated("vit-l-16", "forward_flop_per_token", sequence_length=197.0)
    assert computed["forward_flop_per_token"] * 197 / 2 == pytest.approx(61.6e9, rel=0.02)


def test_compute_of_gpt_3():
    """3.14e23 FLOP for 300 G tokens, attention scores not counted (arXiv:2005.14165, table D.1)."""
    computed = evaluated("gpt-3-175b", "training_flop_per_token", sequence_length=2048.0)
    without_scores = computed["training_flop_per_token"] - 3 * computed["score_flop_per_token"]
    assert without_scores * 300e9 == pytest.approx(3.14e23, rel=0.01)


def test_compute_of_llama_3_1_405b():
    """3.8e25 FLOP for 15.6 T tokens, attention scores not counted (arXiv:2407.21783, section 3.2)."""
    computed = evaluated("llama-3.1-405b", "training_flop_per_token", sequence_length=8192.0)
    without_scores = computed["training_flop_per_token"] - 3 * computed["score_flop_per_token"]
    assert without_scores * 15.6e12 == pytest.approx(3.8e25, rel=0.01)


@pytest.mark.parametrize("sequence", [1024.0, 2048.0, 65536.0])
def test_a_plain_transformer_follows_the_megatron_form(sequence):
    """72 B s L h² (1 + s/6h + V/12Lh), attention in full (arXiv:2104.04473, equation 3)."""
    layers, hidden, vocabulary = 96.0, 12288.0, 51200.0
    computed = evaluated(
        "gpt-3-175b",
        "training_flop_per_token",
        sequence_length=sequence,
        model_layers=layers,
        model_dense_layers=layers,
        model_hidden_size=hidden,
        model_ffn_size=4 * hidden,
        model_vocabulary=vocabulary,
        model_causal=0.0,
    )
    bracket = 1 + sequence / (6 * hidden) + vocabulary / (12 * layers * hidden)
    assert computed["training_flop_per_token"] == pytest.approx(72 * layers * hidden**2 * bracket, rel=1e-3)


def test_latent_attention_counts_its_low_rank_products():
    """DeepSeek-V3: 7168·1536 + 1536·128·192 + 7168·576 + 512·128·256 + 128·128·7168, worked by hand."""
    computed = evaluated("deepseek-v3", "attention_parameters")
    assert computed["attention_parameters"] == 11_010_048 + 37_748_736 + 4_128_768 + 16_777_216 + 117_440_512


def test_a_window_caps_what_a_token_attends_to():
    base = {
        "model_causal": 1.0,
        "model_layers": 10.0,
        "model_linear_attention_layers": 0.0,
        "model_window_layers": 10.0,
        "sequence_length": 4096.0,
    }
    short = wiring.evaluate(["attended_tokens"], {**base, "model_sliding_window": 1024.0}, {})["attended_tokens"]
    whole = wiring.evaluate(["attended_tokens"], {**base, "model_sliding_window": 8192.0}, {})["attended_tokens"]
    assert short == pytest.approx(10 * np.minimum(np.arange(4096) + 0.5, 1024).mean())
    assert whole == 10 * 4096 / 2


def test_a_dense_model_has_no_expert_work_and_a_mixture_reads_only_its_active_experts():
    dense = evaluated("llama-3.1-8b", "layer_active_expert_parameters")
    mixture = evaluated("deepseek-v3", "layer_active_expert_parameters", "layer_expert_parameters")
    assert dense["layer_active_expert_parameters"] == 0
    ratio = mixture["layer_active_expert_parameters"] / mixture["layer_expert_parameters"]
    assert ratio == pytest.approx(8 / 256)
