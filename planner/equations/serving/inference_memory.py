"""What a model replica keeps in memory: weights, key-value cache, and the sequences that fit beside them.

A rank is one member of the tensor-parallel group: an accelerator, or a core of one where the stack splits
chips.  A replica is one copy of the model: ranks × stages × attention groups.
"""

import numpy as np


def replica_ranks(tensor_parallel, pipeline_parallel, attention_groups):
    """Ranks of one replica. [1]

    r = tp · pp · d
    """
    return tensor_parallel * pipeline_parallel * attention_groups


def rank_memory(accelerator_memory_capacity, accelerators_per_rank):
    """Memory of one rank, as the driver reports it. [B]

    M = M_accelerator · accelerators per rank
    """
    return accelerator_memory_capacity * accelerators_per_rank


def routed_parameters(model_layers, model_dense_layers, model_experts, routed_expert_parameters):
    """Parameters of all routed experts. [1]

    P_routed = (L − L_dense) · E · P_expert
    """
    return (model_layers - model_dense_layers) * model_experts * routed_expert_parameters


def routed_expert_parameters(model_hidden_size, model_expert_ffn_size, model_gated):
    """Parameters of one routed expert in one layer. [1]

    P_expert = (2 + g) · h · f
    """
    return (2 + model_gated) * model_hidden_size * model_expert_ffn_size


def table_parameters(model_vocabulary, model_hidden_size):
    """Parameters of one table of token embeddings. [1]

    P_emb = V · h
    """
    return model_vocabulary * model_hidden_size


def common_parameters(model_parameters, routed_parameters, table_parameters, model_tied_embeddings):
    """Parameters that every token passes through, the embedding tables apart. [1]

    P_common = max(0, P − P_routed − (2 − tied) · P_emb)

    Attention, dense and shared-expert MLPs, and whatever else the published count holds.
    """
    tables = (2 - model_tied_embeddings) * table_parameters
    return np.maximum(0, model_parameters - routed_parameters - tables)


def rank_weight_memory(
    common_parameters,
    routed_parameters,
    table_parameters,
    model_tied_embeddings,
    weight_precision_bytes,
    bytes_16_bit,
    tensor_parallel,
    pipeline_parallel,
    attention_groups,
):
    """Weights that one rank holds. [B]

    V_w = [P_common · w + (2 − tied) · P_emb · 2 B] / (tp · pp) + P_routed · w / (tp · pp · d)

    Experts are spread over all ranks of the stage, whether split or placed whole; everything else is held once in each
    attention group. Embeddings stay in 16 bits.

    Expert weights lie on other ranks once; ranks that hold copies of busy experts need more.
    """
    tables = (2 - model_tied_embeddings) * table_parameters * bytes_16_bit
    in_group = tensor_parallel * pipeline_parallel
    return (
        common_parameters * weight_precision_bytes
        + tables
        + routed_parameters * weight_precision_bytes / attention_groups
    ) / in_group


def kv_bytes(kv_precision_bytes, one_token):
    """Bytes that a token keeps for one channel of a key or value. [B/token]

    c = bytes of the cache's format / token
    """
    return kv_precision_bytes / one_token


def kv_channels(
    model_kv_heads, model_head_size, model_value_head_size, model_kv_lora_rank, model_rope_head_size, tensor_parallel
):
    """Channels of keys and values that one rank keeps for a token in one attention layer. [1]

    k = max(1, kv_heads / tp) · (d_k + d_v); with latent attention k = rank of the latent + d_rope

    Parameters
    ----------
    model_kv_heads : head, 1 or more
    model_head_size : 1, 1 or more
    model_value_head_size : 1, 1 or more
    model_kv_lora_rank : 1, 0 or more
    model_rope_head_size : 1, 0 or more
    tensor_parallel : 1, 1 or more

    Notes
    -----
    Key-value heads are split over the ranks down to one each; more ranks than heads hold copies. The latent vector
    cannot be split and lies on every rank.
    """
    heads = np.maximum(1, model_kv_heads / tensor_parallel)
    latent = model_kv_lora_rank + model_rope_head_size
    return np.where(model_kv_lora_rank > 0, latent, heads * (model_head_size + model_value_head_size))


def full_attention_layers(model_layers, model_window_layers, model_linear_attention_layers):
    """Layers whose cache grows with the whole context. [1]

    L_full = L − L_window − L_linear
    """
    return model_layers - model_window_layers - model_linear_attention_layers


def linear_state_memory(
    model_linear_attention_layers, model_linear_layer_state, bytes_16_bit, tensor_parallel, pipeline_parallel
):
    """State of the linear-attention layers that one rank keeps for a sequence. [B]

    V_s = L_linear · state · 2 B / (tp · pp)

    Constant whatever the length of the context.
    """
    return model_linear_attention_layers * model_linear_layer_state * bytes_16_bit / tensor_parallel / pipeline_parallel


def mean_context(input_tokens, output_tokens):
    """Tokens that a sequence has behind it, mean over its output. [token]

    s = S_in + S_out / 2
    """
    return input_tokens + output_tokens / 2


def reserved_context(input_tokens, output_tokens, prefix_hit_share):
    """Tokens for which a sequence needs memory of its own. [token]

    s_max = (1 − hit) · S_in + S_out

    Room for the whole output, so that no sequence is evicted.  A prefix found in the cache is shared with others.
    """
    return (1 - prefix_hit_share) * input_tokens + output_tokens


def sequence_memory(
    reserved_context,
    kv_channels,
    kv_bytes,
    full_attention_layers,
    model_window_layers,
    model_sliding_window,
    linear_state_memory,
    pipeline_parallel,
):
    """Cache that one rank reserves for a sequence. [B]

    V_seq = k · c · [L_full · s_max + L_window · min(s_max, window)] / pp + V_s

    Parameters
    ----------
    reserved_context : token, 0 or more
    kv_channels : 1, 0 or more
    kv_bytes : B/token, above 0
    full_attention_layers : 1, 0 or more
    model_window_layers : layer, 0 or more
    model_sliding_window : token, 0 or more
    linear_state_memory : B, 0 or more
    pipeline_parallel : 1, 1 or more

    Notes
    -----
    Room for the whole output, so that no sequence is evicted; blocks that are not full are left out.
    """
    windowed = model_window_layers * np.minimum(reserved_context, model_sliding_window)
    return (
        kv_channels * kv_bytes * (full_attention_layers * reserved_context + windowed) / pipeline_parallel
        + linear_state_memory
    )


def rank_engine_memory(serving_stack_engine_memory, expert_engine_memory, routed_parameters):
    """Memory that activations, communication buffers and the runtime take on one rank. [B]

    V_engine = V_0, and V_experts more for a mixture of experts

    Routing keeps copies of the activations for every expert chosen.
    """
    return serving_stack_engine_memory + np.where(routed_parameters > 0, expert_engine_memory, 0 * expert_engine_memory)


def memory_for_sequences(rank_memory, serving_stack_usable_memory_share, rank_engine_memory, rank_weight_memory):
    """Memory of one rank left for the cache. [B]

    V_free = u · (M − V_engine − V_w)
    """
    return serving_stack_usable_memory_share * (rank_memory - rank_engine_memory - rank_weight_memory)


def serving_memory_margin(memory_for_sequences, sequence_memory):
    """Memory of one rank left beside weights and the cache of one sequence. [B]

    margin = V_free − V_seq
    """
    return memory_for_sequences - sequence_memory


def memory_batch(memory_for_sequences, sequence_memory, attention_groups):
    """Sequences whose cache fits into one replica. [1]

    B_mem = d · max(1, ⌊V_free / V_seq⌋)

    At least one: where not even one fits, the memory check fails with the margin.
    """
    return attention_groups * np.maximum(1, np.floor(memory_for_sequences / sequence_memory))


def serving_memory_use(rank_weight_memory, rank_engine_memory, rank_memory, serving_stack_usable_memory_share):
    """Share of the usable memory that weights and the engine take. [1]

    (V_w + V_engine) / (u · M)
    """
    return (rank_weight_memory + rank_engine_memory) / (serving_stack_usable_memory_share * rank_memory)
