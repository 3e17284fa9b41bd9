"""What one accelerator must hold while it trains: states, activations, buffers (arXiv:2205.05198, 1910.02054)."""

import numpy as np


def data_group(data_parallel, context_parallel):
    """Accelerators that hold the same weights: gradients are summed over them. [1]

    n = D · c
    """
    return data_parallel * context_parallel


def dense_weights(
    model_layers,
    layer_parameters,
    pipeline_parallel,
    tensor_parallel,
    embedding_parameters,
    model_tied_embeddings,
    one_accelerator,
):
    """Weights other than experts on an accelerator of the first or last pipeline stage. [1/accelerator]

    (L/p · P_layer + V · h) / t;  without a pipeline both embeddings lie on it where they are not tied
    """
    matrices = np.where(pipeline_parallel > 1, 1, 2 - model_tied_embeddings)
    layers = model_layers / pipeline_parallel * layer_parameters
    return (layers + matrices * embedding_parameters) / tensor_parallel / one_accelerator


def expert_weights(
    model_layers, layer_expert_parameters, pipeline_parallel, tensor_parallel, expert_parallel, one_accelerator
):
    """Expert weights on an accelerator. [1/accelerator]

    L/p · P_experts / (t · e)
    """
    layers = model_layers / pipeline_parallel * layer_expert_parameters
    return layers / (tensor_parallel * expert_parallel) / one_accelerator


def accelerator_weights(dense_weights, expert_weights):
    """Weights on one accelerator before data-parallel sharding. [1/accelerator]

    P_dense + P_expert
    """
    return dense_weights + expert_weights


def _shards(zero_stage, stage, ranks):
    return np.where(zero_stage >= stage, ranks, 1)


def state_memory(
    dense_weights,
    expert_weights,
    data_group,
    shard_size,
    expert_parallel,
    zero_stage,
    weight_bytes,
    gradient_bytes,
    optimizer_bytes,
):
    """Weights, gradients and optimizer states on one accelerator. [B/accelerator]

    Σ over dense and expert weights: P · (w / n_3 + g / n_2 + o / n_1)

    Parameters
    ----------
    dense_weights : 1/accelerator, 0 or more
    expert_weights : 1/accelerator, 0 or more
    data_group : 1, 1 or more
    shard_size : 1, 1 or more
    expert_parallel : 1, 1 or more
    zero_stage : 1, 0 to 3
    weight_bytes : B, 0 or more
    gradient_bytes : B, 0 or more
    optimizer_bytes : B, 0 or more

    Notes
    -----
    n_i = ranks that share where the ZeRO stage is at least i, else 1; expert weights have n / e copies.

    Mixed precision with a master copy of the weights [1]. Optimizers other than Adam need other bytes.

    References
    ----------
    .. [1] arXiv:1910.02054.
    """
    copies = np.maximum(1, data_group / expert_parallel)
    shard_copies = np.maximum(1, shard_size / expert_parallel)

    def states(weights, ranks, shards):
        weight = weight_bytes / _shards(zero_stage, 3, shards)
        gradient = gradient_bytes / np.where(zero_stage >= 3, shards, _shards(zero_stage, 2, ranks))
        optimizer = optimizer_bytes / np.where(zero_stage >= 3, shards, _shards(zero_stage, 1, ranks))
        return weights * (weight + gradient + optimizer)

    return states(dense_weights, data_group, shard_size) + states(expert_weights, copies, shard_copies)


def gathered_memory(
    layer_parameters,
    layer_expert_parameters,
    tensor_parallel,
    expert_parallel,
    zero_stage,
    weight_bytes,
    one_accelerator,
):
    """Layers gathered for use under ZeRO-3: the current one and the next. [B/accelerator]

    2 · P_layer / t · w
    """
    layer = (layer_parameters + layer_expert_parameters / expert_parallel) / tensor_parallel / one_accelerator
    return np.where(zero_stage > 2, 2, 0) * layer * weight_bytes


def token_activation_width(
    model_hidden_size,
    model_heads,
    model_kv_heads,
    model_head_size,
    model_rope_head_size,
    model_value_head_size,
    model_gated,
    model_ffn_size,
    mixture_share,
    model_experts_per_token,
    model_expert_ffn_size,
    model_shared_experts,
    model_shared_expert_ffn_size,
):
    """Values that one token leaves in one mean layer for the backward pass, apart from the residual stream. [1]

    a (d + d_v) + k (d + d_v) + (2 + gate) · f + K · (2 h + (2 + gate) · f_e)

    Inputs of every product that needs them; attention scores are not kept (flash attention or recomputed).
    """
    channels = model_head_size + model_rope_head_size + model_value_head_size
    attention = (model_heads + model_kv_heads) * channels
    dense = (2 + model_gated) * model_ffn_size
    routed = model_experts_per_token * (2 * model_hidden_size + (2 + model_gated) * model_expert_ffn_size)
    shared = (2 + model_gated) * model_shared_experts * model_shared_expert_ffn_size
    return attention + (1 - mixture_share) * dense + mixture_share * (routed + shared)


def kept_scores(attention_kernel, recompute, model_heads, sequence_length, one_token):
    """Attention scores that one token leaves in one layer: none where fused or recomputed. [1]

    5/2 · a · s

    Parameters
    ----------
    attention_kernel : 1, 1 to 3, the number of a class
    recompute : 1, 1 to 4, the number of a class
    model_heads : head, 1 or more
    sequence_length : token, 1 or more
    one_token : token, 1

    Notes
    -----
    Scores, their softmax and the dropout mask in 16 bits [1]. Fused kernels compute them again and keep none.

    References
    ----------
    .. [1] arXiv:2205.05198, table 2.
    """
    kept = np.where(attention_kernel < 2, 1, 0) * np.where(recompute < 2, 1, 0)
    return kept * 5 / 2 * model_heads * sequence_length / one_token


def stream_memory(hidden_bytes, tensor_parallel, sequence_parallel):
    """Residual stream of one micro-batch at one place of one layer. [B/accelerator]

    V / t_sp: t_sp = t with sequence parallelism, which shards it, else 1

    Norms and dropout work on the shard alone [1].

    [1] arXiv:2205.05198, section 4.2.
    """
    return hidden_bytes / np.where(sequence_parallel > 0, tensor_parallel, 1)


def whole_layer_memory(
    stream_memory, micro_batch_tokens, token_activation_width, kept_scores, activation_bytes, tensor_parallel
):
    """Activations of one micro-batch that one layer leaves where nothing is recomputed. [B/accelerator]

    4 · V / t_sp + T · (width + scores) / t · 2 B

    V is the residual stream: inputs of two norms and two products (arXiv:2205.05198, equations 1 to 4).
    """
    width = micro_batch_tokens * (token_activation_width + kept_scores) * activation_bytes / tensor_parallel
    return 4 * stream_memory + width


def layers_in_flight(model_layers, pipeline_parallel, batches_in_flight):
    """Layers times micro-batches whose activations the first pipeline stage holds. [1]

    L/p · in flight
    """
    return model_layers / pipeline_parallel * batches_in_flight


def recompute_needed(
    accelerator_memory_capacity,
    memory_headroom,
    memory_reserve,
    memory_fragmentation,
    state_memory,
    gathered_memory,
    layers_in_flight,
    model_layers,
    pipeline_parallel,
    whole_layer_memory,
    stream_memory,
    logits_memory,
):
    """Share of kept activations that must be recomputed for the job to fit in memory. [1]

    (needed on the fullest stage − capacity) / (what recomputing everything frees), from 0 to 1

    Recomputation is chosen in parts of layers, so the share is not rounded to whole ones.
    """
    usable = accelerator_memory_capacity * (1 - memory_headroom) - memory_reserve
    room = usable / (1 + memory_fragmentation)
    last = model_layers / pipeline_parallel * whole_layer_memory + logits_memory
    fullest = np.maximum(layers_in_flight * whole_layer_memory, last)
    # The layer being recomputed takes its own room.
    excess = state_memory + gathered_memory + fullest + whole_layer_memory - room
    freed = layers_in_flight * (whole_layer_memory - stream_memory)
    return np.minimum(1, np.maximum(0, np.divide(excess, freed)))


def recomputed_share(recompute, recompute_layers, recompute_needed):
    """Share of the activations that are recomputed rather than kept. [1]

    none, selective: 0; full: the share of layers it covers; as needed: what memory asks for
    """
    full = np.where(recompute == 3, 1, 0) * recompute_layers
    return np.where(recompute > 3, recompute_needed, full)


def layer_activation_memory(whole_layer_memory, stream_memory, recomputed_share):
    """Activations of one micro-batch that one layer keeps for its backward pass. [B/accelerator]

    (1 − r) · whole + r · stream
    """
    return (1 - recomputed_share) * whole_layer_memory + recomputed_share * stream_memory


def working_memory(whole_layer_memory, recomputed_share):
    """Activations of the one layer that is being recomputed. [B/accelerator]

    whole where anything is recomputed
    """
    return np.where(recomputed_share > 0, 1, 0) * whole_layer_memory


def logits_memory(micro_batch_tokens, model_vocabulary, tensor_parallel, logit_bytes):
    """Logits of one micro-batch and their gradient, on the last pipeline stage. [B/accelerator]

    T · V / t · b
    """
    return micro_batch_tokens * model_vocabulary / tensor_parallel * logit_bytes


def batches_in_flight(micro_batches, pipeline_parallel, virtual_stages):
    """Micro-batches whose activations the first pipeline stage holds at once. [1]

    min(m, p) · (1 + (p − 1)/(p · v) where interleaved)

    Parameters
    ----------
    micro_batches : 1, 1 or more
    pipeline_parallel : 1, 1 or more
    virtual_stages : 1, 1 or more

    Notes
    -----
    1F1B; interleaving holds more [1]. Schedules that free activations earlier (zero bubble) are counted like 1F1B.

    References
    ----------
    .. [1] arXiv:2205.05198, section 4.2.3.
    """
    more = np.where(virtual_stages > 1, 1, 0) * (pipeline_parallel - 1) / (pipeline_parallel * virtual_stages)
    return np.minimum(micro_batches, pipeline_parallel) * (1 + more)


def activation_memory(
    layer_activation_memory, model_layers, pipeline_parallel, layers_in_flight, logits_memory, working_memory
):
    """Activations on the fullest pipeline stage. [B/accelerator]

    max(first stage: L/p · in flight, last stage: L/p + logits) + the layer being recomputed

    Parameters
    ----------
    layer_activation_memory : B/accelerator, 0 or more
    model_layers : layer, 1 or more
    pipeline_parallel : 1, 1 or more
    layers_in_flight : 1, 0 or more
    logits_memory : B/accelerator, 0 or more
    working_memory : B/accelerator, 0 or more

    Notes
    -----
    The first stage holds most micro-batches, the last one the logits: one of the two is the fullest.
    """
    last = model_layers / pipeline_parallel * layer_activation_memory + logits_memory
    return np.maximum(layers_in_flight * layer_activation_memory, last) + working_memory


def memory_allocated(state_memory, gathered_memory, activation_memory):
    """Memory that the tensors of training take on the fullest accelerator. [B/accelerator]

    states + gathered layers + activations
    """
    return state_memory + gathered_memory + activation_memory


def memory_needed(memory_allocated, memory_fragmentation, memory_reserve):
    """Memory that one accelerator must have to train. [B/accelerator]

    allocated · (1 + fragmentation) + framework and communication buffers

    The fragmentation of a framework's allocator is a share of what tensors take; buffers of driver and communication
    are fixed. Peaks of single kernels are left out.
    """
    return memory_allocated * (1 + memory_fragmentation) + memory_reserve


def memory_margin(accelerator_memory_capacity, memory_needed):
    """Memory left on the fullest accelerator. [B/accelerator]

    capacity − needed
    """
    return accelerator_memory_capacity - memory_needed


def memory_use(memory_needed, accelerator_memory_capacity):
    """Share of accelerator memory in use by training. [1]

    needed / capacity
    """
    return memory_needed / accelerator_memory_capacity
