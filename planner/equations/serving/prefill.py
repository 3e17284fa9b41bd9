"""Time of one prompt: its products, its attention, and the steps over which it is spread."""

import numpy as np

from planner.equations.serving.decode import _longer


def computed_prompt(input_tokens, prefix_hit_share):
    """Tokens of a prompt that are not found in the prefix cache. [token]

    S = (1 − hit) · S_in
    """
    return (1 - prefix_hit_share) * input_tokens


def prefill_gemm_time(
    common_parameters,
    routed_parameters,
    model_experts,
    model_experts_per_token,
    flop_per_parameter_token,
    computed_prompt,
    tensor_parallel,
    attention_groups,
    expert_imbalance,
    rank_rate,
    prefill_gemm_factor,
    expert_efficiency,
):
    """Time of the matrix products with weights for one prompt on its attention group. [s]

    t_g = 2 · S · [P_common + i · P_routed · k/E / e_x] / (tp · F · e_p)

    Parameters
    ----------
    common_parameters : 1, 0 or more
    routed_parameters : 1, 0 or more
    model_experts : expert, 0 or more
    model_experts_per_token : expert, 0 or more
    flop_per_parameter_token : FLOP/token, above 0
    computed_prompt : token, 0 or more
    tensor_parallel : 1, 1 or more
    attention_groups : 1, 1 or more
    expert_imbalance : 1, 0 or more
    rank_rate : FLOP/s, above 0
    prefill_gemm_factor : 1, above 0
    expert_efficiency : 1, above 0

    Notes
    -----
    The experts of all groups work for d prompts at a time.

    Bound by arithmetic: prompts are long. A short one is held up by the step's floor, which has an equation of its own.
    """
    active = routed_parameters * model_experts_per_token / np.maximum(1, model_experts)
    weighted = common_parameters + np.where(active > 0, expert_imbalance * active / expert_efficiency, 0 * active)
    return flop_per_parameter_token * weighted * computed_prompt / (tensor_parallel * rank_rate * prefill_gemm_factor)


def prefill_attention_time(
    flop_per_score,
    model_heads,
    model_head_size,
    model_rope_head_size,
    model_value_head_size,
    full_attention_layers,
    model_window_layers,
    model_sliding_window,
    computed_prompt,
    input_tokens,
    tensor_parallel,
    rank_attention_rate,
):
    """Time of causal attention within one prompt. [s]

    t_a = 2 · S · heads/tp · (d_k + d_rope + d_v) · [L_full · s + L_window · min(window, s)] / F_a,  s = S_in − S/2

    Parameters
    ----------
    flop_per_score : FLOP/token**2, above 0
    model_heads : head, 1 or more
    model_head_size : 1, 1 or more
    model_rope_head_size : 1, 0 or more
    model_value_head_size : 1, 1 or more
    full_attention_layers : 1, 0 or more
    model_window_layers : layer, 0 or more
    model_sliding_window : token, 0 or more
    computed_prompt : token, 0 or more
    input_tokens : token, 1 or more
    tensor_parallel : 1, 1 or more
    rank_attention_rate : FLOP/s, above 0

    Notes
    -----
    Each token looks back: over half of the prompt on average, which is the causal half of the square S², and over all
    of a prefix taken from the cache. Chunks that read the cache again are not counted.
    """
    behind = input_tokens - computed_prompt / 2
    pairs = computed_prompt * (
        full_attention_layers * behind + model_window_layers * np.minimum(behind, model_sliding_window)
    )
    channels = model_head_size + model_rope_head_size + model_value_head_size
    return flop_per_score * pairs * channels * model_heads / tensor_parallel / rank_attention_rate


def prefill_work(
    prefill_gemm_time,
    prefill_attention_time,
    prefill_exchange_time,
    computed_prompt,
    prompt_overhead,
    activation_time,
    pipeline_parallel,
    pipeline_loss,
):
    """Time that one prompt takes from its attention group while the engine is busy. [s]

    t_p = [t_g + t_a + t_x + S · (o_token + t_activation)] · [1 + λ · (pp − 1)]
    """
    products = prefill_gemm_time + prefill_attention_time + prefill_exchange_time
    even = products + computed_prompt * (prompt_overhead + activation_time)
    return even * (1 + pipeline_loss * (pipeline_parallel - 1))


def prefill_steps(computed_prompt, chunk_tokens):
    """Steps over which the engine spreads one prompt. [1]

    n = ⌈S / chunk⌉
    """
    return np.maximum(1, np.ceil(computed_prompt / chunk_tokens))


def idle_step_time(
    model_layers,
    layers_overhead,
    serving_stack_overhead,
    rank_weight_memory,
    pipeline_parallel,
    rank_bandwidth,
    weight_read_efficiency,
    prefill_overhead,
    tensor_latency,
    tensor_parallel,
    model_kv_lora_rank,
    latent_prefill_overhead,
):
    """Time of a step with hardly a token in it: the floor under every prefill step. [s]

    t_0 = V_w · pp / (b · e_w) + t_l + L · (2 · α · log₂ tp + o_prefill + [latent] o_latent) + o_stack

    Steps of prefill launch each kernel by itself; latent attention has many more of them.
    """
    launches = prefill_overhead + np.where(model_kv_lora_rank > 0, latent_prefill_overhead, 0 * latent_prefill_overhead)
    read = rank_weight_memory * pipeline_parallel / (rank_bandwidth * weight_read_efficiency)
    latency = 2 * model_layers * tensor_latency * np.log2(tensor_parallel)
    return read + layers_overhead + serving_stack_overhead + model_layers * launches + latency


def prefill_time(prefill_work, idle_step_time, prefill_steps, roofline_sharpness):
    """Time of prefilling one prompt on an idle replica. [s]

    t_pf = smooth max(t_p, n · t_0)

    On an idle replica; what others in the batch add is in the queue.
    """
    return _longer(prefill_work, prefill_steps * idle_step_time, roofline_sharpness)
