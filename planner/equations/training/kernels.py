"""Time of the operators of one layer: a roofline each, at rates that published runs reach."""

import numpy as np


def repeated_share(recompute, recomputed_share):
    """Time of the repeated forward pass over that of the first. [1]

    full: r; as needed: r², because what is cheap to compute again is dropped first

    Activation functions and norms hold a third of the memory and take almost no time to repeat.
    """
    return recomputed_share * np.where(recompute > 3, recomputed_share, 1)


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

    Parameters
    ----------
    micro_batch_tokens : token/accelerator, 0 or more
    model_hidden_size : 1, 1 or more
    tensor_parallel : 1, 1 or more
    small_product_tokens : token/accelerator, 0 or more
    small_product_width : 1, 0 or more
    small_shard_width : 1, 0 or more

    Notes
    -----
    A smooth ramp in rows, in the model's width and in its sharded width, fitted to whole runs. Steps where a product
    just fills the units of a chip are not modelled.
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

    Parameters
    ----------
    accelerator_energy_limit : J/FLOP, above 0
    matrix_energy : J/FLOP, above 0
    power_sharpness : 1, 1 or more

    Notes
    -----
    The highest rate is measured in short bursts of one shape; a training run holds the chip at its limit. Chips whose
    highest rate was measured at the limit have none here.
    """
    return (1 + (matrix_energy / accelerator_energy_limit) ** power_sharpness) ** (-1 / power_sharpness)


def sustained_ceiling(accelerator_gemm_ceiling, sustained_share, clock_factor):
    """Share of its peak rate at which a chip sustains matrix products. [1]

    ceiling · sustained · clock

    The ceiling is the best rate measured on the chip over its peak (stas00/ml-engineering, accelerator README).
    """
    return accelerator_gemm_ceiling * sustained_share * clock_factor


def linear_rate(linear_peak, sustained_ceiling, training_precision_training_efficiency, size_efficiency):
    """Rate of the linear layers' matrix products. [FLOP/s/accelerator]

    peak · sustained ceiling · η · ramp
    """
    return linear_peak * sustained_ceiling * training_precision_training_efficiency * size_efficiency


def linear_time(flop_per_parameter_token, micro_batch_tokens, layer_parameters, tensor_parallel, linear_rate):
    """Forward products of one mean layer and micro-batch, experts excluded. [s]

    2 · T · P_layer / t / rate

    Parameters
    ----------
    flop_per_parameter_token : FLOP/token, above 0
    micro_batch_tokens : token/accelerator, 0 or more
    layer_parameters : 1, 0 or more
    tensor_parallel : 1, 1 or more
    linear_rate : FLOP/s/accelerator, above 0

    Notes
    -----
    Bound by arithmetic: where few tokens meet wide layers the weights' traffic counts, which has an equation of its
    own.
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

    Parameters
    ----------
    flop_per_parameter_token : FLOP/token, above 0
    micro_batch_tokens : token/accelerator, 0 or more
    layer_active_expert_parameters : 1, 0 or more
    tensor_parallel : 1, 1 or more
    linear_rate : FLOP/s/accelerator, above 0
    linear_peak : FLOP/s/accelerator, 0 or more
    accelerator_peak_bf16 : FLOP/s/accelerator, above 0
    grouped_efficiency : 1, above 0
    grouped_precision_loss : 1, 0 to 1
    expert_tokens : token/accelerator, above 0
    small_expert_tokens : token/accelerator, 0 or more
    training_imbalance : 1, 1 or more

    Notes
    -----
    Grouped products gain less from low precision: each expert's rows are quantised and padded on their own. All wait
    for the rank with the most rows. Dropped tokens and capacity limits are not modelled.
    """
    products = flop_per_parameter_token * micro_batch_tokens * layer_active_expert_parameters / tensor_parallel
    less_gain = (linear_peak / accelerator_peak_bf16) ** grouped_precision_loss
    ramp = 1 + small_expert_tokens / expert_tokens
    return training_imbalance * products / (linear_rate * grouped_efficiency) * less_gain * ramp


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

    Parameters
    ----------
    linear_time : s, 0 or more
    grouped_time : s, 0 or more
    mixture_factor : 1, 0 or more
    attention_product_time : s, 0 or more
    score_traffic_time : s, 0 or more
    elementwise_time : s, 0 or more
    weight_traffic_time : s, 0 or more
    repeated_share : 1, 0 to 1
    recompute : 1, 1 to 4, the number of a class
    recompute_cost : 1, 0 or more
    software_factor : 1, 0 or more
    fusion_factor : 1, 0 or more

    Notes
    -----
    Flash attention's backward pass computes five products where the forward pass has two. Selective recomputation
    repeats the scores [1]. Software gets faster at everything but large matrix products. Kernels run one after another.

    References
    ----------
    .. [1] arXiv:2205.05198, section 5.
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

    Capture of whole graphs, which needs no launches at all, is not told apart.
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
    logits_peak,
    sustained_ceiling,
    logits_precision_training_efficiency,
    size_efficiency,
    software_factor,
):
    """Products of the output embedding and the loss, forward and backward, one micro-batch. [s]

    3 · 2 · T · V · h / (t · rate): in a format of their own, 16 bits where nothing else is chosen
    """
    rate = logits_peak * sustained_ceiling * logits_precision_training_efficiency * size_efficiency
    products = flop_per_parameter_token * micro_batch_tokens * embedding_parameters / tensor_parallel
    return 3 * software_factor * products / rate
