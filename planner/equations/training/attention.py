"""Time of attention in one layer: products, and the traffic of scores where they are not fused."""

import numpy as np


def attention_share(model_layers, model_linear_attention_layers):
    """Share of layers with attention proper. [1]

    (L − L_lin) / L
    """
    return (model_layers - model_linear_attention_layers) / model_layers


def attention_product_time(
    score_flop_per_token,
    state_flop_per_token,
    model_layers,
    micro_batch_tokens,
    tensor_parallel,
    accelerator_peak_bf16,
    attention_kernel,
    attention_efficiency,
    first_flash_efficiency,
    first_flash_loss,
    accelerator_available_year,
    first_flash_year,
    unfused_efficiency,
    model_causal,
):
    """Forward products of attention, one mean layer and micro-batch. [s]

    F_score · T / (L · t · peak · η);  unfused kernels compute the masked half too

    Parameters
    ----------
    score_flop_per_token : FLOP/token, 0 or more
    state_flop_per_token : FLOP/token, 0 or more
    model_layers : layer, 1 or more
    micro_batch_tokens : token/accelerator, 0 or more
    tensor_parallel : 1, 1 or more
    accelerator_peak_bf16 : FLOP/s/accelerator, above 0
    attention_kernel : 1, 1 to 3, the number of a class
    attention_efficiency : 1, 0 or more
    first_flash_efficiency : 1, 0 or more
    first_flash_loss : 1, any
    accelerator_available_year : 1, a calendar year
    first_flash_year : 1, a calendar year
    unfused_efficiency : 1, 0 or more
    model_causal : 1, 0 to 1

    Notes
    -----
    Attention runs in 16 bits whatever the precision of the linear layers. The first fused kernels do not use the
    instructions of later chips: their share of the peak falls by e^(−l) a year of the chip's date. Short sequences and
    small heads reach less than the share given.
    """
    later = np.maximum(0, accelerator_available_year - first_flash_year)
    first = first_flash_efficiency * np.exp(-first_flash_loss * later)
    fused = np.where(attention_kernel > 2, attention_efficiency, first)
    both_halves = unfused_efficiency / (1 + model_causal)
    efficiency = np.where(attention_kernel > 1, fused, both_halves)
    products = (score_flop_per_token + state_flop_per_token) * micro_batch_tokens / model_layers
    return products / (tensor_parallel * accelerator_peak_bf16 * efficiency)


def score_traffic_time(
    attention_kernel,
    attention_share,
    micro_batch_tokens,
    sequence_length,
    one_token,
    model_heads,
    tensor_parallel,
    activation_bytes,
    accelerator_memory_bandwidth,
    memory_efficiency,
    score_passes,
    head_misalignment,
    misaligned_cost,
):
    """Forward traffic of scores that unfused attention writes and reads, one mean layer and micro-batch. [s]

    passes · T · s · a / t · 2 B / (b · η);  more where the head size does not suit the kernels
    """
    scores = micro_batch_tokens * sequence_length / one_token * model_heads / tensor_parallel * activation_bytes
    passes = score_passes * (1 + head_misalignment * (misaligned_cost - 1))
    moved = np.where(attention_kernel < 2, 1, 0) * attention_share * passes * scores
    return moved / (accelerator_memory_bandwidth * memory_efficiency)


def head_misalignment(model_head_size):
    """1 where the head size is no multiple of 8, which tensor cores need, else 0. [1]

    d mod 8 ≠ 0
    """
    return np.where(np.mod(model_head_size, 8) > 0, 1, 0)
