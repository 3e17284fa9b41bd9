"""Serving: prefill, decode, continuous batching and what a user sees of them.

A step gives every sequence in flight its next token.  Times are of a replica in steady state.
"""

import numpy as np


def _longer(one, other, sharpness):
    """The longer of two times, smoothly: they overlap fully where one is much longer, hardly where they are equal."""
    longest = np.maximum(one, other)
    return longest * (1 + (np.minimum(one, other) / longest) ** sharpness) ** (1 / sharpness)


# Rates of one rank


def gemm_peak__bf16(accelerator_peak_bf16):
    """Peak rate of the matrix products with weights. [FLOP/s/accelerator]

    F = F_16
    """
    return accelerator_peak_bf16


def gemm_peak__fp8(accelerator_peak_fp8):
    """Peak rate of the matrix products with weights. [FLOP/s/accelerator]

    F = F_fp8
    """
    return accelerator_peak_fp8


def gemm_peak__int8(accelerator_peak_int8):
    """Peak rate of the matrix products with weights. [FLOP/s/accelerator]

    F = F_int8
    """
    return accelerator_peak_int8


def gemm_peak__fp4(accelerator_peak_fp4):
    """Peak rate of the matrix products with weights. [FLOP/s/accelerator]

    F = F_fp4
    """
    return accelerator_peak_fp4


def gemm_peak__w8a16(accelerator_peak_bf16):
    """Peak rate of the matrix products with weights. [FLOP/s/accelerator]

    F = F_16: weights are widened before they are multiplied
    """
    return accelerator_peak_bf16


def gemm_peak__w4a16(accelerator_peak_bf16):
    """Peak rate of the matrix products with weights. [FLOP/s/accelerator]

    F = F_16: weights are widened before they are multiplied
    """
    return accelerator_peak_bf16


def gemm_efficiency__bf16(gemm_efficiency_16_bit):
    """Share of the peak rate that large matrix products reach. [1]

    e_16
    """
    return gemm_efficiency_16_bit


def gemm_efficiency__fp8(gemm_efficiency_8_bit):
    """Share of the peak rate that large matrix products reach. [1]

    e_8
    """
    return gemm_efficiency_8_bit


def gemm_efficiency__int8(gemm_efficiency_8_bit):
    """Share of the peak rate that large matrix products reach. [1]

    e_8
    """
    return gemm_efficiency_8_bit


def gemm_efficiency__fp4(gemm_efficiency_4_bit):
    """Share of the peak rate that large matrix products reach. [1]

    e_4
    """
    return gemm_efficiency_4_bit


def gemm_efficiency__w8a16(gemm_efficiency_16_bit):
    """Share of the peak rate that large matrix products reach. [1]

    e_16
    """
    return gemm_efficiency_16_bit


def gemm_efficiency__w4a16(gemm_efficiency_16_bit):
    """Share of the peak rate that large matrix products reach. [1]

    e_16
    """
    return gemm_efficiency_16_bit


def stack_speed__tensorrt_llm(speed_tensorrt_llm):
    """Speed of kernels under the serving stack over TensorRT-LLM. [1]

    v
    """
    return speed_tensorrt_llm


def stack_overhead__tensorrt_llm(overhead_tensorrt_llm):
    """Time of a step spent by the scheduler of the serving stack. [s]

    o_stack
    """
    return overhead_tensorrt_llm


def stack_speed__vllm(speed_vllm):
    """Speed of kernels under the serving stack over TensorRT-LLM. [1]

    v
    """
    return speed_vllm


def stack_overhead__vllm(overhead_vllm):
    """Time of a step spent by the scheduler of the serving stack. [s]

    o_stack
    """
    return overhead_vllm


def stack_speed__sglang(speed_sglang):
    """Speed of kernels under the serving stack over TensorRT-LLM. [1]

    v
    """
    return speed_sglang


def stack_overhead__sglang(overhead_sglang):
    """Time of a step spent by the scheduler of the serving stack. [s]

    o_stack
    """
    return overhead_sglang


def stack_speed__vllm_rocm(speed_vllm_rocm):
    """Speed of kernels under the serving stack over TensorRT-LLM. [1]

    v
    """
    return speed_vllm_rocm


def stack_overhead__vllm_rocm(overhead_vllm):
    """Time of a step spent by the scheduler of the serving stack. [s]

    o_stack
    """
    return overhead_vllm


def stack_speed__neuron(speed_neuron):
    """Speed of kernels under the serving stack over TensorRT-LLM. [1]

    v
    """
    return speed_neuron


def stack_overhead__neuron(overhead_neuron):
    """Time of a step spent by the scheduler of the serving stack. [s]

    o_stack
    """
    return overhead_neuron


def stack_speed__gaudi(speed_gaudi):
    """Speed of kernels under the serving stack over TensorRT-LLM. [1]

    v
    """
    return speed_gaudi


def stack_overhead__gaudi(overhead_gaudi):
    """Time of a step spent by the scheduler of the serving stack. [s]

    o_stack
    """
    return overhead_gaudi


def rank_bandwidth(accelerator_memory_bandwidth, accelerators_per_rank, stack_speed):
    """Memory bandwidth of one rank under its serving stack. [B/s]

    b = b_accelerator · accelerators per rank · v_stack
    """
    return accelerator_memory_bandwidth * accelerators_per_rank * stack_speed


def rank_rate(gemm_peak, gemm_efficiency, accelerators_per_rank, stack_speed):
    """Rate of large matrix products with weights on one rank. [FLOP/s]

    F = F_peak · e · accelerators per rank · v_stack
    """
    return gemm_peak * gemm_efficiency * accelerators_per_rank * stack_speed


def rank_attention_rate(accelerator_peak_bf16, serving_attention_efficiency, accelerators_per_rank, stack_speed):
    """Rate of the products of queries, keys and values on one rank. [FLOP/s]

    F_a = F_16 · e_a · accelerators per rank · v_stack

    Attention runs in 16 bits whatever the weights.
    """
    return accelerator_peak_bf16 * serving_attention_efficiency * accelerators_per_rank * stack_speed


def rank_link(accelerator_scaleup_bandwidth, link_efficiency, accelerators_per_rank):
    """Bandwidth of one rank to the others of its group, one direction. [B/s]

    b_l = b_scale-up · e_l · accelerators per rank
    """
    return accelerator_scaleup_bandwidth * link_efficiency * accelerators_per_rank


# Sequences in flight


def batch(concurrency, memory_batch, engine_batch, attention_groups):
    """Sequences that a replica decodes at once. [1]

    B = min(requests at the replica, B_memory, d · B_engine)
    """
    return np.minimum(np.minimum(concurrency, memory_batch), engine_batch * attention_groups)


def group_batch(batch, pipeline_parallel, attention_groups):
    """Sequences in one step of one attention group. [1]

    b = max(1, B / (pp · d))

    With a pipeline every stage works on another part of the batch.
    """
    return np.maximum(1, batch / pipeline_parallel / attention_groups)


# Speculative decoding


def tokens_per_step(draft_tokens, draft_acceptance, one_token):
    """Tokens that a sequence gains in one step. [token]

    a = (1 − α^(γ+1)) / (1 − α)

    γ drafted tokens, each accepted with probability α until the first is refused [1]; without drafts, one.

    [1] Leviathan, Kalman, Matias, "Fast inference from transformers via speculative decoding", ICML 2023, eq. 1.
    """
    return one_token * np.divide(1 - draft_acceptance ** (draft_tokens + 1), 1 - draft_acceptance)


def verified_tokens(draft_tokens, one_token):
    """Tokens of one sequence that pass through the model in one step. [token]

    γ + 1
    """
    return one_token * (draft_tokens + 1)


# Decode


def decode_common_time(
    common_parameters,
    table_parameters,
    serving_weight_bytes,
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

    Roofline of reading the weights once and computing all sequences with them; the output table is read in 16 bits.
    """
    read = common_parameters * serving_weight_bytes + table_parameters * bytes_16_bit
    memory = read / (tensor_parallel * rank_bandwidth * weight_read_efficiency)
    parameters = common_parameters + table_parameters
    compute = flop_per_parameter_token * parameters * group_batch * verified_tokens / (tensor_parallel * rank_rate)
    return _longer(memory, compute, roofline_sharpness)


def expert_sequences(group_batch, attention_groups):
    """Sequences of all attention groups that meet in the experts in one step. [1]

    b · d
    """
    return group_batch * attention_groups


def expert_coverage(model_experts, model_experts_per_token, expert_sequences, verified_tokens, one_token):
    """Share of the routed experts that at least one token of a step chooses. [1]

    q = 1 − (1 − k/E)^(b · d · (γ+1))

    Evenly spread routing; a skewed one reads fewer experts and loads some ranks more.
    """
    chosen = np.where(model_experts > 0, model_experts_per_token / np.maximum(1, model_experts), 0)
    return 1 - (1 - chosen) ** (expert_sequences * verified_tokens / one_token)


def expert_imbalance(expert_parallel, expert_skew):
    """Load of the busiest rank over the mean, where experts lie whole on ranks. [1]

    i = 1 + σ · (1 − 1/ep)
    """
    return 1 + expert_skew * (1 - 1 / expert_parallel)


def decode_expert_time(
    routed_parameters,
    model_experts,
    model_experts_per_token,
    expert_coverage,
    expert_imbalance,
    serving_weight_bytes,
    flop_per_parameter_token,
    expert_sequences,
    verified_tokens,
    tensor_parallel,
    attention_groups,
    rank_bandwidth,
    weight_read_efficiency,
    rank_rate,
    expert_gemm_factor,
    roofline_sharpness,
):
    """Time of the routed experts in one step. [s]

    t_e = i · smooth max(q · P_routed · w / (b · e_w), 2 · P_routed · k/E · B · (γ+1) / (F · e_x)) / (tp · d)
    """
    ranks = tensor_parallel * attention_groups
    memory = (
        expert_coverage * routed_parameters * serving_weight_bytes / (ranks * rank_bandwidth * weight_read_efficiency)
    )
    active = routed_parameters * model_experts_per_token / np.maximum(1, model_experts)
    work = flop_per_parameter_token * active * expert_sequences * verified_tokens
    compute = work / (ranks * rank_rate * expert_gemm_factor)
    spent = _longer(memory, compute, roofline_sharpness)
    return np.where(routed_parameters > 0, expert_imbalance * spent, 0 * compute)


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
    mean_context,
    tensor_parallel,
    rank_attention_rate,
    roofline_sharpness,
):
    """Time of attention over the cache in one step. [s]

    t_a = smooth max(b · V_kv / (b_mem · e_kv), b · (γ+1) · L · heads/tp · channels · s · 2 / F_a)

    The cache of each sequence is its own: reading it never amortises over the batch.
    """
    memory = group_batch * sequence_traffic / (rank_bandwidth * kv_read_efficiency)
    pairs = group_batch * verified_tokens * mean_context * full_attention_layers
    compute = flop_per_score * pairs * decode_score_channels * model_heads / tensor_parallel / (2 * rank_attention_rate)
    return _longer(memory, compute, roofline_sharpness)


def layer_all_reduce_time(
    group_batch, verified_tokens, token_activation, tensor_parallel, rank_link, all_reduce_latency
):
    """Time of one all-reduce of the activations of a step. [s]

    t = α · log₂(tp) + 2 · (tp − 1)/tp · b · h · 2 B / b_l

    Ring or switch: the bandwidth term is the same; the latency grows slower than the group.  Zero in a group of one.
    """
    moved = 2 * (tensor_parallel - 1) / tensor_parallel * group_batch * verified_tokens * token_activation
    return all_reduce_latency * np.log2(tensor_parallel) + moved / rank_link


def token_activation(model_hidden_size, kv_bytes_16_bit):
    """Bytes of one token between two layers. [B/token]

    h · 2 B
    """
    return model_hidden_size * kv_bytes_16_bit


def dispatch_time(
    group_batch,
    verified_tokens,
    token_activation,
    model_experts_per_token,
    attention_groups,
    tensor_parallel,
    rank_link,
    all_reduce_latency,
):
    """Time of sending tokens to their experts and back in one layer, between attention groups. [s]

    t = [2 · α + 2 · min(k, d − 1) · b · h · 2 B / (tp · b_l)] where d > 1

    A token travels to each other group that holds one of its experts, and back.
    """
    copies = np.minimum(model_experts_per_token, attention_groups - 1)
    moved = 2 * copies * group_batch * verified_tokens * token_activation / tensor_parallel
    return np.where(attention_groups > 1, 2 * all_reduce_latency + moved / rank_link, 0 * all_reduce_latency)


def decode_exchange_time(layer_all_reduce_time, dispatch_time, model_layers, model_dense_layers, model_experts):
    """Time of exchanging activations in one step. [s]

    t_x = 2 · L · t_all-reduce + (L − L_dense) · t_dispatch
    """
    expert_layers = np.where(model_experts > 0, model_layers - model_dense_layers, 0)
    return 2 * model_layers * layer_all_reduce_time + expert_layers * dispatch_time


def layers_overhead(model_layers, model_dense_layers, model_experts, layer_overhead, expert_layer_overhead):
    """Time of the small kernels of all layers in one step. [s]

    t_l = L · o_layer + (L − L_dense) · o_expert

    Routing, sorting and combining come on top in layers with experts.
    """
    expert_layers = np.where(model_experts > 0, model_layers - model_dense_layers, 0)
    return model_layers * layer_overhead + expert_layers * expert_layer_overhead


def step_overhead(layers_overhead, stack_overhead, sequence_overhead, batch, attention_groups):
    """Time of one step that is neither memory, arithmetic nor exchange. [s]

    t_o = t_l + o_stack + B · o_sequence / d

    Kernel launches and small kernels, the scheduler, sampling and the handling of each sequence.
    """
    return layers_overhead + stack_overhead + sequence_overhead * batch / attention_groups


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
):
    """Time of one step that only decodes. [s]

    t_d = (t_c + t_e + t_a) · [1 + φ · (1 − 1/d)] + t_x + t_o

    Attention groups wait for the slowest of them.
    """
    local = decode_common_time + decode_expert_time + decode_attention_time
    local = local + group_batch * verified_tokens * activation_time
    return local * (1 + group_skew * (1 - 1 / attention_groups)) + decode_exchange_time + step_overhead


def activation_time(model_layers, token_activation, activation_passes, rank_bandwidth, kv_read_efficiency):
    """Time of moving the activations of one token between the matrix products. [s/token]

    t = L · h · 2 B · n / (b · e_kv)

    Norms, residual additions, rotations and conversions read and write the activations n times in each layer.
    """
    return model_layers * token_activation * activation_passes / (rank_bandwidth * kv_read_efficiency)


# Prefill


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
    expert_gemm_factor,
):
    """Time of the matrix products with weights for one prompt on its attention group. [s]

    t_g = 2 · S · [P_common + i · P_routed · k/E / e_x] / (tp · F · e_p)

    The experts of all groups work for d prompts at a time.
    """
    active = routed_parameters * model_experts_per_token / np.maximum(1, model_experts)
    weighted = common_parameters + expert_imbalance * active / expert_gemm_factor
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

    t_a = heads/tp · (d_k + d_rope + d_v) · [L_full · S · (S_in − S/2) + L_window · S · min(window, S_in − S/2)] · 2 / 2 / F_a

    Each token looks back: over half of the prompt on average, over all of a prefix taken from the cache.
    """
    behind = input_tokens - computed_prompt / 2
    pairs = computed_prompt * (
        full_attention_layers * behind + model_window_layers * np.minimum(behind, model_sliding_window)
    )
    channels = model_head_size + model_rope_head_size + model_value_head_size
    return flop_per_score * pairs * channels * model_heads / tensor_parallel / rank_attention_rate


def prefill_exchange_time(
    model_layers,
    model_dense_layers,
    model_experts,
    model_experts_per_token,
    computed_prompt,
    token_activation,
    tensor_parallel,
    attention_groups,
    rank_link,
):
    """Time of exchanging the activations of one prompt. [s]

    t_x = S · h · 2 B · [2 · L · 2 · (tp − 1)/tp + (L − L_dense) · 2 · min(k, d − 1) / tp] / b_l
    """
    reduced = 4 * model_layers * (tensor_parallel - 1) / tensor_parallel
    copies = np.minimum(model_experts_per_token, attention_groups - 1)
    expert_layers = np.where(model_experts > 0, model_layers - model_dense_layers, 0)
    sent = 2 * expert_layers * copies / tensor_parallel
    return computed_prompt * token_activation * (reduced + sent) / rank_link


def prefill_work(
    prefill_gemm_time, prefill_attention_time, prefill_exchange_time, computed_prompt, prompt_overhead, activation_time
):
    """Time that one prompt takes from its attention group while the engine is busy. [s]

    t_p = t_g + t_a + t_x + S · (o_token + t_activation)
    """
    products = prefill_gemm_time + prefill_attention_time + prefill_exchange_time
    return products + computed_prompt * (prompt_overhead + activation_time)


def prefill_steps(computed_prompt, chunk_tokens):
    """Steps over which the engine spreads one prompt. [1]

    n = ⌈S / chunk⌉
    """
    return np.maximum(1, np.ceil(computed_prompt / chunk_tokens))


def idle_step_time(
    model_layers,
    layers_overhead,
    stack_overhead,
    rank_weight_memory,
    pipeline_parallel,
    rank_bandwidth,
    weight_read_efficiency,
    prefill_overhead,
    all_reduce_latency,
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
    latency = 2 * model_layers * all_reduce_latency * np.log2(tensor_parallel)
    return read + layers_overhead + stack_overhead + model_layers * launches + latency


def prefill_time(prefill_work, idle_step_time, prefill_steps, roofline_sharpness):
    """Time of prefilling one prompt on an idle replica. [s]

    t_pf = smooth max(t_p, n · t_0)
    """
    return _longer(prefill_work, prefill_steps * idle_step_time, roofline_sharpness)


# Steady state


def steps_per_output(output_tokens, tokens_per_step):
    """Steps that one answer takes. [1]

    n = S_out / a
    """
    return output_tokens / tokens_per_step


def prompts_together__open(prompt_burst):
    """Prompts that arrive at an attention group at once. [1]

    m = the size of a burst

    Requests come from many users who do not wait for each other.
    """
    return prompt_burst


def prompts_together__closed(group_batch, arrival_burst):
    """Prompts that arrive at an attention group at once. [1]

    m = 1 + β · (b − 1)

    Load generators keep a fixed number of requests in flight: they start together and finish nearly together.
    """
    return 1 + arrival_burst * (group_batch - 1)


def other_prefill_time__disaggregated(group_batch, prefill_work):
    """Time for which prompts of others are prefilled between the arrival of a request and its last token. [s]

    t_w = 0

    Prompts are prefilled elsewhere.
    """
    return 0 * group_batch * prefill_work


def other_prefill_time__shared(group_batch, prefill_work, prefill_interleave):
    """Time for which prompts of others are prefilled between the arrival of a request and its last token. [s]

    t_w = (b − 1) · t_p · ω

    In steady state one prompt enters for each answer that ends.  ω < 1 where prefill hides behind the memory reads
    of decode.
    """
    return (group_batch - 1) * prefill_work * prefill_interleave


def decode_time(steps_per_output, decode_step_time):
    """Time of the steps of one answer, prefill apart. [s]

    T_d = n · t_d
    """
    return steps_per_output * decode_step_time


def prefill_load__disaggregated(prefill_target_load):
    """Share of the time in which prompts are prefilled. [1]

    ρ = the load chosen for the prefill pool
    """
    return prefill_target_load


def prefill_load__shared(other_prefill_time, prefill_time, decode_time):
    """Share of the time in which prompts are prefilled. [1]

    ρ = (t_w + t_pf) / (t_w + t_pf + T_d)
    """
    prefill = other_prefill_time + prefill_time
    return prefill / (prefill + decode_time)


def prefill_queue_time__static(other_prefill_time):
    """Mean wait of a prompt behind others before its own prefill. [s]

    W = t_w

    The whole batch is prefilled before any answer begins.
    """
    return other_prefill_time


def prefill_queue_time__continuous(prompts_together, group_batch, prefill_load, prefill_time):
    """Mean wait of a prompt behind others before its own prefill. [s]

    W = min(b − 1, (m − 1)/2 + ρ / (2 · (1 − ρ))) · t_pf

    Half of those that arrive together are ahead, and the queue of an M/D/1 server of load ρ; no more than all others.
    """
    backlog = np.divide(prefill_load, 2 * (1 - prefill_load))
    return np.minimum(group_batch - 1, (prompts_together - 1) / 2 + backlog) * prefill_time


def answer_time(decode_time, other_prefill_time, prefill_queue_time):
    """Time from the first token of an answer to its last. [s]

    T = T_d + max(0, t_w − W)

    Prompts that were not ahead in the queue interrupt decoding later.
    """
    return decode_time + np.maximum(0 * decode_time, other_prefill_time - prefill_queue_time)


def kv_transfer_time__shared(prefill_time):
    """Time for moving the cache of a prompt to where it is decoded. [s]

    0: prefilled where it is decoded
    """
    return 0 * prefill_time


def kv_transfer_time__disaggregated(
    computed_prompt, kv_channels, kv_bytes, model_layers, model_linear_attention_layers, rank_link
):
    """Time for moving the cache of a prompt to where it is decoded. [s]

    t_kv = S · k · c · L / b_l

    Every rank sends its part of the cache over its own link; across hosts the link is slower than assumed here.
    """
    cache = computed_prompt * kv_channels * kv_bytes * (model_layers - model_linear_attention_layers)
    return cache / rank_link


def cycle_time__disaggregated(answer_time):
    """Time for which a request holds its place in the batch. [s]

    T_c = T
    """
    return answer_time


def replica_request_rate(replica_output_rate, output_tokens, one_request):
    """Requests per second of one replica. [request/s]

    λ = R / S_out
    """
    return replica_output_rate / output_tokens * one_request


def prefill_ranks__shared(replica_ranks):
    """Ranks that prefill for one replica, beside those that decode. [1]

    0: the same ranks do both
    """
    return 0 * replica_ranks


def prefill_ranks__disaggregated(
    replica_request_rate, one_request, prefill_work, prefill_target_load, replica_ranks, pipeline_parallel, attention_groups
):
    """Ranks that prefill for one replica, beside those that decode. [1]

    r_p = λ · t_p / (pp · d · ρ) · r

    The prefill pool is laid out as the replica is, as many copies as its load asks for.
    """
    busy = replica_request_rate / one_request * prefill_work / (pipeline_parallel * attention_groups)
    return busy / prefill_target_load * replica_ranks


def replica_accelerators(replica_ranks, prefill_ranks, accelerators_per_rank):
    """Accelerators of one replica, with its share of a prefill pool. [accelerator]

    n = (r + r_p) · accelerators per rank
    """
    return (replica_ranks + prefill_ranks) * accelerators_per_rank


def cycle_time__shared(prefill_queue_time, prefill_time, answer_time, request_overhead):
    """Time for which a request holds its place in the batch. [s]

    T_c = W + t_pf + o_request + T
    """
    return prefill_queue_time + prefill_time + request_overhead + answer_time


def replica_output_rate(batch, output_tokens, cycle_time, output_rate_residual):
    """Output tokens per second of one replica. [token/s]

    R = B · S_out / T_c · ε

    ε spreads as published measurements do around what this model predicts for them.
    """
    return batch * output_tokens / cycle_time * output_rate_residual


def tpot(answer_time, output_tokens, one_token, tpot_residual):
    """Time per output token after the first, as one user sees it. [s]

    TPOT = T / S_out · ε
    """
    return answer_time / (output_tokens / one_token) * tpot_residual


def admission_time(concurrency, batch, cycle_time):
    """Time a request waits for a place among the sequences in flight. [s]

    t_q = (N − B) / B · T_c

    Little's law on what the replica cannot hold; zero where all requests have a place.
    """
    return (concurrency - batch) / batch * cycle_time


def ttft(
    admission_time,
    prefill_queue_time,
    prefill_time,
    kv_transfer_time,
    decode_step_time,
    request_overhead,
    ttft_residual,
):
    """Time to first token, mean under load. [s]

    TTFT = (t_q + W + t_pf + t_kv + t_d / 2 + o_request) · ε

    A prompt waits half a step on average until the step in progress ends.
    """
    own = prefill_time + kv_transfer_time + decode_step_time / 2 + request_overhead
    return (admission_time + prefill_queue_time + own) * ttft_residual


def wait_probability(prompts_together, prefill_load):
    """Probability that a prompt finds others ahead of it. [1]

    p = 1 − (1 − ρ) / m
    """
    return 1 - (1 - prefill_load) / prompts_together


def ttft_p50(ttft, prefill_queue_time, wait_probability):
    """Time to first token that half of the requests stay below. [s]

    TTFT − W + max(0, W/p · ln(p / 0.5))

    Those who wait do so exponentially long.
    """
    half = np.maximum(1, 2 * wait_probability)
    return ttft - prefill_queue_time + prefill_queue_time / wait_probability * np.log(half)


def ttft_p95(ttft, prefill_queue_time, wait_probability, tail_share):
    """Time to first token that 95 % of the requests stay below. [s]

    TTFT − W + max(0, W/p · ln(p / 0.05))

    Those who wait do so exponentially long.
    """
    tail = np.maximum(1, wait_probability / tail_share)
    return ttft - prefill_queue_time + prefill_queue_time / wait_probability * np.log(tail)


def ttft_margin(ttft_limit, ttft_p95):
    """Time to first token left below its limit. [s]

    margin = limit − TTFT_p95
    """
    return ttft_limit - ttft_p95


def tpot_margin(tpot_limit, tpot):
    """Time per output token left below its limit. [s]

    margin = limit − TPOT
    """
    return tpot_limit - tpot


def output_speed(tpot, one_token):
    """Output tokens that one user sees in a second. [token/s]

    1 / TPOT
    """
    return one_token / tpot
