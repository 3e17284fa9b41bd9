"""Time of what is bound by memory in one layer and step: elementwise operators, weights, the optimizer."""

import numpy as np


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
    training_precision_cast_share,
):
    """Forward traffic of norms, activations, residuals and casts, one mean layer and micro-batch. [s]

    passes · T · 2 B · (2 h / t_sp + width / 2t) · (1 + casts) / (b · η)

    Parameters
    ----------
    micro_batch_tokens : token/accelerator, 0 or more
    model_hidden_size : 1, 1 or more
    token_activation_width : 1, 0 or more
    tensor_parallel : 1, 1 or more
    sequence_parallel : 1, 0 to 1
    activation_bytes : B/token, above 0
    accelerator_memory_bandwidth : B/s/accelerator, above 0
    memory_efficiency : 1, 0 to 1
    elementwise_passes : 1, 0 or more
    training_precision_cast_share : 1, 0 or more

    Notes
    -----
    Bound by memory: each kept value is moved a number of times that is fitted to runs. Fusion removes traffic from
    release to release, by a factor of its own.
    """
    stream = 2 * model_hidden_size / np.where(sequence_parallel > 0, tensor_parallel, 1)
    width = stream + token_activation_width / (2 * tensor_parallel)
    moved = elementwise_passes * micro_batch_tokens * width * activation_bytes * (1 + training_precision_cast_share)
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


def optimizer_time(
    accelerator_weights, optimizer_bytes, zero_stage, data_group, accelerator_memory_bandwidth, memory_efficiency
):
    """The optimizer's pass over its states. [s]

    2 · P · o / (b · η), shared over the data-parallel ranks from ZeRO-1 on

    Bound by memory: every state is read and written once.
    """
    states = accelerator_weights * optimizer_bytes / np.where(zero_stage > 0, data_group, 1)
    return 2 * states / (accelerator_memory_bandwidth * memory_efficiency)
