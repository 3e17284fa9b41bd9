"""Time of one step of decoding, which gives every sequence in flight its next token.

Rooflines of memory and arithmetic, and what is neither; inference_links.py has what ranks exchange.
"""

import numpy as np


def _longer(one, other, sharpness):
    """The longer of two times, smoothly: they overlap fully where one is much longer, hardly where they are equal."""
    longest = np.maximum(one, other)
    return longest * (1 + (np.minimum(one, other) / longest) ** sharpness) ** (1 / sharpness)


def decode_common_time(
    common_parameters,
    table_parameters,
    weight_precision_bytes,
    bytes_16_bit,
    flop_per_parameter_token,
    group_batch,
    verified_tokens,
    tensor_parallel,
    rank_bandwidth,
    weight_read_efficiency,
    rank_rate,
    roofline_sharpness,
):
    """Time of the matrix products that every token passes through, in one step. [s]

    t_c = smooth max(V_read / (b · e_w), 2 · P · b · (γ+1) / F) / tp

    Parameters
    ----------
    common_parameters : 1, 0 or more
    table_parameters : 1, 0 or more
    weight_precision_bytes : B, 0 or more
    bytes_16_bit : B, above 0
    flop_per_parameter_token : FLOP/token, above 0
    group_batch : 1, 0 or more
    verified_tokens : token, 0 or more
    tensor_parallel : 1, 1 or more
    rank_bandwidth : B/s, above 0
    weight_read_efficiency : 1, above 0
    rank_rate : FLOP/s, above 0
    roofline_sharpness : 1, 0 or more

    Notes
    -----
    Roofline of reading the weights once and computing all sequences with them [1]; the output table is read in 16 bits.
    The two overlap fully where one is much longer, hardly where they are equal.

    References
    ----------
    .. [1] jax-ml/scaling-book, inference.md, lower bound of the step time.
    """
    read = common_parameters * weight_precision_bytes + table_parameters * bytes_16_bit
    memory = read / (tensor_parallel * rank_bandwidth * weight_read_efficiency)
    parameters = common_parameters + table_parameters
    compute = flop_per_parameter_token * parameters * group_batch * verified_tokens / (tensor_parallel * rank_rate)
    return _longer(memory, compute, roofline_sharpness)


def saturation_batch(
    weight_precision_bytes, rank_rate, rank_bandwidth, weight_read_efficiency, flop_per_parameter_token, verified_tokens
):
    """Sequences in a step at which computing with the weights takes as long as reading them. [1]

    b* = w · F / (2 · (γ+1) · b_mem · e_w)

    Below it more sequences cost a step little, above it nothing is gained for the dense products. Caches are read for
    each sequence alone and never saturate; experts saturate E/k times later.

    Where the two sides are equal the step is longer than either.
    """
    computed = flop_per_parameter_token * verified_tokens * rank_bandwidth * weight_read_efficiency
    return weight_precision_bytes * rank_rate / computed


def expert_sequences(group_batch, attention_groups):
    """Sequences of all attention groups that meet in the experts in one step. [1]

    b · d
    """
    return group_batch * attention_groups


def expert_coverage(model_experts, model_experts_per_token, expert_sequences, verified_tokens, one_token):
    """Share of the routed experts that at least one token of a step chooses. [1]

    q = 1 − (1 − k/E)^(b · d · (γ+1))

    Parameters
    ----------
    model_experts : expert, 0 or more
    model_experts_per_token : expert, 0 or more
    expert_sequences : 1, 0 or more
    verified_tokens : token, 0 or more
    one_token : token, 1

    Notes
    -----
    Evenly spread and independent routing; a skewed one reads fewer experts and loads some ranks more.
    """
    chosen = np.where(model_experts > 0, model_experts_per_token / np.maximum(1, model_experts), 0)
    return 1 - (1 - chosen) ** (expert_sequences * verified_tokens / one_token)


def expert_imbalance(expert_parallel, expert_skew):
    """Load of the busiest rank over the mean, where experts lie whole on ranks. [1]

    i = 1 + σ · (1 − 1/ep)
    """
    return 1 + expert_skew * (1 - 1 / expert_parallel)


def expert_efficiency(
    model_expert_ffn_size, expert_parallel, tensor_parallel, attention_groups, expert_gemm_factor, narrow_expert_width
):
    """Rate of expert products over that of large dense products. [1]

    e_x = e_0 · w / (w + w_0),  w = f · ep / (tp · d)

    The narrower the slice of an expert that one rank holds, the less of a matrix unit its products fill.
    """
    width = model_expert_ffn_size * expert_parallel / (tensor_parallel * attention_groups)
    return expert_gemm_factor * width / (width + narrow_expert_width)


def decode_expert_time(
    routed_parameters,
    model_experts,
    model_experts_per_token,
    expert_coverage,
    expert_imbalance,
    weight_precision_bytes,
    flop_per_parameter_token,
    expert_sequences,
    verified_tokens,
    tensor_parallel,
    attention_groups,
    rank_bandwidth,
    weight_read_efficiency,
    rank_rate,
    expert_efficiency,
    roofline_sharpness,
):
    """Time of the routed experts in one step. [s]

    t_e = i · smooth max(q · P_routed · w / (b · e_w), 2 · P_routed · k/E · B · (γ+1) / (F · e_x)) / (tp · d)

    Parameters
    ----------
    routed_parameters : 1, 0 or more
    model_experts : expert, 0 or more
    model_experts_per_token : expert, 0 or more
    expert_coverage : 1, 0 or more
    expert_imbalance : 1, 0 or more
    weight_precision_bytes : B, 0 or more
    flop_per_parameter_token : FLOP/token, above 0
    expert_sequences : 1, 0 or more
    verified_tokens : token, 0 or more
    tensor_parallel : 1, 1 or more
    attention_groups : 1, 1 or more
    rank_bandwidth : B/s, above 0
    weight_read_efficiency : 1, above 0
    rank_rate : FLOP/s, above 0
    expert_efficiency : 1, above 0
    roofline_sharpness : 1, 0 or more

    Notes
    -----
    All ranks wait for the busiest one. Roofline of reading the experts that at least one token chooses and computing
    with them.
    """
    ranks = tensor_parallel * attention_groups
    memory = (
        expert_coverage * routed_parameters * weight_precision_bytes / (ranks * rank_bandwidth * weight_read_efficiency)
    )
    active = routed_parameters * model_experts_per_token / np.maximum(1, model_experts)
    work = flop_per_parameter_token * active * expert_sequences * verified_tokens
    compute = work / (ranks * rank_rate * expert_efficiency)
    spent = _longer(memory, compute, roofline_sharpness)
    return np.where(routed_parameters > 0, expert_imbalance * spent, 0 * memory)


def sequence_traffic(
    mean_context,
    kv_channels,
    kv_bytes,
    full_attention_layers,
    model_window_layers,
    model_sliding_window,
    linear_state_memory,
    pipeline_parallel,
):
    """Cache of one sequence that a rank reads in one step. [B]

    V_kv = k · c · [L_full · s + L_window · min(s, window)] + pp · V_s

    All stages together: a step passes through each in turn.
    """
    windowed = model_window_layers * np.minimum(mean_context, model_sliding_window)
    cache = kv_channels * kv_bytes * (full_attention_layers * mean_context + windowed)
    return cache + linear_state_memory * pipeline_parallel


def decode_score_channels(model_head_size, model_value_head_size, model_kv_lora_rank, model_rope_head_size):
    """Channels in which one head meets each token behind it during decode. [1]

    d_k + d_v; with latent attention 2 · rank + d_rope, for keys and values are never rebuilt
    """
    latent = 2 * model_kv_lora_rank + model_rope_head_size
    return np.where(model_kv_lora_rank > 0, latent, model_head_size + model_value_head_size)


def decode_attention_time(
    sequence_traffic,
    group_batch,
    verified_tokens,
    rank_bandwidth,
    kv_read_efficiency,
    flop_per_score,
    decode_score_channels,
    model_heads,
    full_attention_layers,
    model_window_layers,
    model_sliding_window,
    mean_context,
    tensor_parallel,
    rank_attention_rate,
    roofline_sharpness,
):
    """Time of attention over the cache in one step. [s]

    t_a = smooth max(b · V_kv / (b_mem · e_kv), 2 · b · (γ+1) · heads/tp · channels · Σ_layers s / F_a)

    Parameters
    ----------
    sequence_traffic : B, 0 or more
    group_batch : 1, 0 or more
    verified_tokens : token, 0 or more
    rank_bandwidth : B/s, above 0
    kv_read_efficiency : 1, above 0
    flop_per_score : FLOP/token**2, above 0
    decode_score_channels : 1, 0 or more
    model_heads : head, 1 or more
    full_attention_layers : 1, 0 or more
    model_window_layers : layer, 0 or more
    model_sliding_window : token, 0 or more
    mean_context : token, 0 or more
    tensor_parallel : 1, 1 or more
    rank_attention_rate : FLOP/s, above 0
    roofline_sharpness : 1, 0 or more

    Notes
    -----
    Σ_layers s = L_full · s + L_window · min(s, window). A new token meets each token of its context once in every
    layer: s pairs, where a prompt's causal triangle has S²/2. The cache of each sequence is its own: reading it never
    amortises over the batch. Sequences are of the mean length; the longest ones of a batch take more.
    """
    memory = group_batch * sequence_traffic / (rank_bandwidth * kv_read_efficiency)
    behind = full_attention_layers * mean_context + model_window_layers * np.minimum(mean_context, model_sliding_window)
    pairs = group_batch * verified_tokens * behind
    compute = flop_per_score * pairs * decode_score_channels * model_heads / tensor_parallel / rank_attention_rate
    return _longer(memory, compute, roofline_sharpness)


def layers_overhead(model_layers, model_dense_layers, model_experts, layer_overhead, expert_layer_overhead):
    """Time of the small kernels of all layers in one step. [s]

    t_l = L · o_layer + (L − L_dense) · o_expert

    Routing, sorting and combining come on top in layers with experts.
    """
    expert_layers = np.where(model_experts > 0, model_layers - model_dense_layers, 0)
    return model_layers * layer_overhead + expert_layers * expert_layer_overhead


def step_overhead(layers_overhead, serving_stack_overhead, sequence_overhead, batch, attention_groups):
    """Time of one step that is neither memory, arithmetic nor exchange. [s]

    t_o = t_l + o_stack + B · o_sequence / d

    Kernel launches and small kernels, the scheduler, sampling and the handling of each sequence.
    """
    return layers_overhead + serving_stack_overhead + sequence_overhead * batch / attention_groups


def decode_step_time(
    decode_common_time,
    decode_expert_time,
    decode_attention_time,
    decode_exchange_time,
    activation_time,
    group_batch,
    verified_tokens,
    step_overhead,
    attention_groups,
    group_skew,
    pipeline_parallel,
    pipeline_loss,
    draft_tokens,
    draft_time_share,
):
    """Time of one step that only decodes. [s]

    t_d = {(t_c + t_e + t_a) · [1 + φ · (1 − 1/d)] + t_x + t_o} · [1 + λ · (pp − 1)] · (1 + γ · c)

    Parameters
    ----------
    decode_common_time : s, 0 or more
    decode_expert_time : s, 0 or more
    decode_attention_time : s, 0 or more
    decode_exchange_time : s, 0 or more
    activation_time : s/token, 0 or more
    group_batch : 1, 0 or more
    verified_tokens : token, 0 or more
    step_overhead : s, 0 or more
    attention_groups : 1, 1 or more
    group_skew : 1, 0 or more
    pipeline_parallel : 1, 1 or more
    pipeline_loss : 1, 0 or more
    draft_tokens : 1, 0 or more
    draft_time_share : 1, 0 or more

    Notes
    -----
    Attention groups wait for the slowest of them, pipeline stages for the slowest of theirs; γ tokens are drafted one
    after another before the model verifies them, each in the share c of the model's own step [1]. Exchange does not
    hide behind products.

    References
    ----------
    .. [1] Leviathan, Kalman, Matias, "Fast inference from transformers via speculative decoding", ICML 2023, section
       3.3.
    """
    local = decode_common_time + decode_expert_time + decode_attention_time
    local = local + group_batch * verified_tokens * activation_time
    even = local * (1 + group_skew * (1 - 1 / attention_groups)) + decode_exchange_time + step_overhead
    return even * (1 + pipeline_loss * (pipeline_parallel - 1)) * (1 + draft_tokens * draft_time_share)


def activation_time(model_layers, token_activation, activation_passes, rank_bandwidth, kv_read_efficiency):
    """Time of moving the activations of one token between the matrix products. [s/token]

    t = L · h · 2 B · n / (b · e_kv)

    Norms, residual additions, rotations and conversions read and write the activations n times in each layer.
    """
    return model_layers * token_activation * activation_passes / (rank_bandwidth * kv_read_efficiency)
