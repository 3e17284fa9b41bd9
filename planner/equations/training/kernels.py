"""Time of the operators of one layer: a roofline each, at rates that published runs reach."""

import numpy as np


def repeated_share(recompute, recomputed_share):
    """Time of the repeated forward pass over that of the first. [1]

    full: r; as needed: r², because what is cheap to compute again is dropped first

    Activation functions and norms hold a third of the memory and take almost no time to repeat.
    """
    return recomputed_share * np.where(recompute > 3, recomputed_share, 1)


def linear_peak__bf16(accelerator_peak_bf16):
    """Peak rate of the matrix products in the training precision. [FLOP/s/accelerator]

    peak in 16 bits
    """
    return accelerator_peak_bf16


def linear_peak__fp8(accelerator_peak_fp8):
    """Peak rate of the matrix products in the training precision. [FLOP/s/accelerator]

    peak in 8 bits: FP8 and MXFP8 recipes keep everything but the linear layers in 16 bits
    """
    return accelerator_peak_fp8


def linear_peak__fp4(accelerator_peak_fp4):
    """Peak rate of the matrix products in the training precision. [FLOP/s/accelerator]

    peak in 4 bits
    """
    return accelerator_peak_fp4


def precision_efficiency__bf16(bf16_efficiency):
    """Share of the measured ceiling that training reaches in its precision. [1]

    η_16
    """
    return bf16_efficiency


def precision_efficiency__fp8(fp8_efficiency):
    """Share of the measured ceiling that training reaches in its precision. [1]

    η_8
    """
    return fp8_efficiency


def precision_efficiency__fp4(fp4_efficiency):
    """Share of the measured ceiling that training reaches in its precision. [1]

    η_4
    """
    return fp4_efficiency


def cast_share__bf16(bf16_efficiency):
    """Traffic of casting to low precision, over the traffic of the other elementwise operators. [1]

    0
    """
    return 0 * bf16_efficiency


def cast_share__fp8(low_precision_cast):
    """Traffic of casting to low precision, over the traffic of the other elementwise operators. [1]

    c
    """
    return low_precision_cast


def cast_share__fp4(low_precision_cast):
    """Traffic of casting to low precision, over the traffic of the other elementwise operators. [1]

    c
    """
    return low_precision_cast


def size_efficiency(
    micro_batch_tokens,
    model_hidden_size,
    tensor_parallel,
    small_product_tokens,
    small_product_width,
    small_shard_width,
):
    """Share of the rate that products of this size reach. [1]

    T/(T + T_0) · h/(h + h_0) · h/(h + t · w_0)
    """
    rows = micro_batch_tokens / (micro_batch_tokens + small_product_tokens)
    width = model_hidden_size / (model_hidden_size + small_product_width)
    return rows * width * model_hidden_size / (model_hidden_size + tensor_parallel * small_shard_width)


def clock_factor(power_cap, power_exponent):
    """Clock under a power limit over that at full power. [1]

    c^e
    """
    return power_cap**power_exponent


def sustained_share(accelerator_energy_limit, matrix_energy, power_sharpness):
    """Share of its highest matrix rate that a chip sustains under its power limit. [1]

    (1 + (ε / e)^n)^(−1/n), e = power limit / peak: x = e / ε where power is short, 1 where it is plenty, smoothly

    The highest rate is measured in short bursts of one shape; a training run holds the chip at its limit. Chips
    whose highest rate was measured at the limit have none here.
    """
    return (1 + (matrix_energy / accelerator_energy_limit) ** power_sharpness) ** (-1 / power_sharpness)


def sustained_ceiling(accelerator_gemm_ceiling, sustained_share, clock_factor):
    """Share of its peak rate at which a chip sustains matrix products. [1]

    ceiling · sustained · clock

    The ceiling is the best rate measured on the chip over its peak (stas00/ml-engineering, accelerator README).
    """
    return accelerator_gemm_ceiling * sustained_share * clock_factor


def linear_rate(linear_peak, sustained_ceiling, precision_efficiency, size_efficiency):
    """Rate of the linear layers' matrix products. [FLOP/s/accelerator]

    peak · sustained ceiling · η · ramp
    """
    return linear_peak * sustained_ceiling * precision_efficiency * size_efficiency


def linear_time(flop_per_parameter_token, micro_batch_tokens, layer_parameters, tensor_parallel, linear_rate):
    """Forward products of one mean layer and micro-batch, experts excluded. [s]

    2 · T · P_layer / t / rate
    """
    return flop_per_parameter_token * micro_batch_tokens * layer_parameters / tensor_parallel / linear_rate


def expert_tokens(micro_batch_tokens, model_experts_per_token, expert_parallel, model_experts):
    """Rows of one expert's products. [token/accelerator]

    T · K · e / E: balanced routing; T without experts
    """
    routed = np.maximum(1, model_experts_per_token) / np.maximum(1, model_experts)
    return micro_batch_tokens * expert_parallel * routed


def grouped_time(
    flop_per_parameter_token,
    micro_batch_tokens,
    layer_active_expert_parameters,
    tensor_parallel,
    linear_rate,
    linear_peak,
    accelerator_peak_bf16,
    grouped_efficiency,
    grouped_precision_loss,
    expert_tokens,
    small_expert_tokens,
    training_imbalance,
):
    """Forward products of the routed experts, one mean layer and micro-batch. [s]

    i · 2 · T · P_active / t / (rate · η_grouped) · (peak / peak_16)^l · (1 + T_0 / T_expert)

    Grouped products gain less from low precision: each expert's rows are quantised and padded on their own. All wait
    for the rank with the most rows.
    """
    products = flop_per_parameter_token * micro_batch_tokens * layer_active_expert_parameters / tensor_parallel
    less_gain = (linear_peak / accelerator_peak_bf16) ** grouped_precision_loss
    ramp = 1 + small_expert_tokens / expert_tokens
    return training_imbalance * products / (linear_rate * grouped_efficiency) * less_gain * ramp


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

    Attention runs in 16 bits whatever the precision of the linear layers. The first fused kernels do not use the
    instructions of later chips: their share of the peak falls by e^(−l) a year of the chip's date.
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


def elementwise_time(
    micro_batch_tokens,
    model_hidden_size,
    token_activation_width,
    tensor_parallel,
    sequence_parallel,
    activation_bytes,
    accelerator_memory_bandwidth,
    memory_efficiency,
    elementwise_passes,
    cast_share,
):
    """Forward traffic of norms, activations, residuals and casts, one mean layer and micro-batch. [s]

    passes · T · 2 B · (2 h / t_sp + width / 2t) · (1 + casts) / (b · η)
    """
    stream = 2 * model_hidden_size / np.where(sequence_parallel > 0, tensor_parallel, 1)
    width = stream + token_activation_width / (2 * tensor_parallel)
    moved = elementwise_passes * micro_batch_tokens * width * activation_bytes * (1 + cast_share)
    return moved / (accelerator_memory_bandwidth * memory_efficiency)


def weight_traffic_time(
    layer_parameters,
    layer_expert_parameters,
    tensor_parallel,
    expert_parallel,
    one_accelerator,
    weight_bytes,
    gradient_bytes,
    repeated_share,
    accelerator_memory_bandwidth,
    memory_efficiency,
    weight_traffic_exposed,
):
    """Exposed traffic of weights and accumulated gradients, one mean layer and micro-batch, all passes. [s]

    x · P_layer · ((2 + r) w + 2 g) / (b · η)

    Two products read the weights, and a repeated forward pass again; the third reads and writes their gradients.
    Products hide all but a share x.
    """
    held = (layer_parameters + layer_expert_parameters / expert_parallel) / tensor_parallel / one_accelerator
    moved = held * ((2 + repeated_share) * weight_bytes + 2 * gradient_bytes)
    return weight_traffic_exposed * moved / (accelerator_memory_bandwidth * memory_efficiency)


def layer_compute_time(
    linear_time,
    grouped_time,
    mixture_factor,
    attention_product_time,
    score_traffic_time,
    elementwise_time,
    weight_traffic_time,
    repeated_share,
    recompute,
    recompute_cost,
    software_factor,
    fusion_factor,
):
    """Kernels of one mean layer and micro-batch, forward, backward and recomputation. [s]

    f · [3 (linear + experts) + φ · (7/2 attention + 3 (scores + elementwise) + weights) + r · forward + selective]

    Flash attention's backward pass computes five products where the forward pass has two. Selective recomputation
    repeats the scores (arXiv:2205.05198, section 5). Software gets faster at everything but large matrix products.
    """
    products = linear_time + grouped_time * mixture_factor
    traffic = score_traffic_time + elementwise_time
    forward = products + fusion_factor * (attention_product_time + traffic)
    selective = np.where(recompute == 2, 1, 0) * fusion_factor * score_traffic_time
    others = 7 / 2 * attention_product_time + 3 * traffic + weight_traffic_time
    again = repeated_share * recompute_cost * forward + selective
    return software_factor * (3 * products + fusion_factor * others + again)


def launch_time(
    mixture_share,
    layer_launch_time,
    routing_launch_time,
    expert_launch_time,
    model_experts,
    expert_parallel,
    mixture_launch_progress,
    reference_year,
    software_year,
):
    """Time the host needs to launch one mean layer's kernels, forward and backward. [s]

    t_dense + x · (E · t_routing + E/e · t_expert) · e^(g · (year_0 − year))

    Routing sorts tokens by all experts, and a layer launches kernels for each expert that it holds; fusing and graph
    capture remove this from release to release.
    """
    mixture = model_experts * (routing_launch_time + expert_launch_time / expert_parallel)
    return layer_launch_time + mixture_share * mixture * np.exp(
        mixture_launch_progress * (reference_year - software_year)
    )


def logits_time(
    flop_per_parameter_token,
    micro_batch_tokens,
    embedding_parameters,
    tensor_parallel,
    accelerator_peak_bf16,
    sustained_ceiling,
    bf16_efficiency,
    size_efficiency,
    software_factor,
):
    """Products of the output embedding and the loss, forward and backward, one micro-batch. [s]

    3 · 2 · T · V · h / (t · rate): in 16 bits
    """
    rate = accelerator_peak_bf16 * sustained_ceiling * bf16_efficiency * size_efficiency
    products = flop_per_parameter_token * micro_batch_tokens * embedding_parameters / tensor_parallel
    return 3 * software_factor * products / rate


def optimizer_time(
    accelerator_weights, optimizer_bytes, zero_stage, data_group, accelerator_memory_bandwidth, memory_efficiency
):
    """The optimizer's pass over its states. [s]

    2 · P · o / (b · η), shared over the data-parallel ranks from ZeRO-1 on
    """
    states = accelerator_weights * optimizer_bytes / np.where(zero_stage > 0, data_group, 1)
    return 2 * states / (accelerator_memory_bandwidth * memory_efficiency)
