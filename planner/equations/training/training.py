"""Time of one optimizer step: micro-batches through the pipeline, exposed communication, utilisation."""

import numpy as np


def micro_batch_tokens(sequence_length, micro_batch, context_parallel, one_accelerator):
    """Tokens of one micro-batch that one accelerator works on. [token/accelerator]

    T = b · s / c

    Tensor-parallel ranks work on the same tokens, each on its share of the weights.
    """
    return sequence_length * micro_batch / context_parallel / one_accelerator


def data_parallel(accelerators, tensor_parallel, pipeline_parallel, context_parallel, one_accelerator):
    """Replicas of the model. [1]

    D = ⌊N / (t · p · c)⌋

    Accelerators that no whole replica can use stand idle.
    """
    group = tensor_parallel * pipeline_parallel * context_parallel
    return np.maximum(1, np.floor(accelerators / one_accelerator / group))


def micro_batches(global_batch, data_parallel, micro_batch):
    """Micro-batches of each replica in one step. [1]

    m = ⌈B / (D · b)⌉
    """
    return np.maximum(1, np.ceil(global_batch / (data_parallel * micro_batch)))


def communication_overlap(training_software_overlap, software_year, training_software_overlap_year):
    """1 where the stack runs collectives beside matrix products, else 0. [1]

    1 where the software does so, from its year on
    """
    return training_software_overlap * np.where(software_year < training_software_overlap_year, 0, 1)


def tensor_exposed(communication_overlap, tensor_exposed_overlapped):
    """Share of tensor-parallel communication that computation does not hide. [1]

    x where the stack overlaps, else 1
    """
    return np.where(communication_overlap > 0, tensor_exposed_overlapped, 1)


def pipeline_exposed(communication_overlap, pipeline_exposed_overlapped):
    """Share of pipeline sends that computation does not hide. [1]

    x where the stack overlaps, else 1
    """
    return np.where(communication_overlap > 0, pipeline_exposed_overlapped, 1)


def data_exposed(communication_overlap, data_exposed_overlapped):
    """Share of data-parallel communication that computation does not hide. [1]

    x where the stack overlaps, else 1
    """
    return np.where(communication_overlap > 0, data_exposed_overlapped, 1)


def layer_communication_time(
    tensor_time, tensor_exposed, expert_time, mixture_factor, expert_exposed, context_time, context_exposed
):
    """Communication of one mean layer and micro-batch that computation does not hide. [s]

    x_t · tensor + x_e · f_mixture · experts + x_c · context
    """
    experts = expert_exposed * mixture_factor * expert_time
    return tensor_exposed * tensor_time + experts + context_exposed * context_time


def layer_time(layer_compute_time, layer_communication_time, launch_time):
    """One mean layer and micro-batch, forward and backward. [s]

    ⁴√((compute + exposed)⁴ + launch⁴): whichever is longer, smoothly

    The host launches kernels ahead of the chip: it counts only where it is slower.
    """
    busy = layer_compute_time + layer_communication_time
    return np.sqrt(np.sqrt(busy**4 + launch_time**4))


def straggler_factor(accelerators, one_accelerator, straggler_growth):
    """Time of a synchronous step on many accelerators over that on one. [1]

    1 + l · log2 N

    Parameters
    ----------
    accelerators : accelerator, 1 or more
    one_accelerator : accelerator, 1
    straggler_growth : 1, 0 or more

    Notes
    -----
    The slowest of more accelerators is slower: weak scaling loses 0.5 to 3 % from 16 to 2,048 accelerators. Failing or
    throttled nodes are not in it.
    """
    return 1 + straggler_growth * np.log2(accelerators / one_accelerator)


def compute_step_time(filled_micro_batches, stage_time_sharded):
    """The step without data-parallel communication and the optimizer. [s]

    (m + fill) · t_stage
    """
    return filled_micro_batches * stage_time_sharded


def predicted_step_time(
    compute_step_time, data_time, data_exposed, optimizer_time, straggler_factor, prediction_factor
):
    """Time of one optimizer step as the operators add up. [s]

    (compute + x_d · data + optimizer) · stragglers · ε

    Parameters
    ----------
    compute_step_time : s, 0 or more
    data_time : s, 0 or more
    data_exposed : 1, 0 or more
    optimizer_time : s, 0 or more
    straggler_factor : 1, 1 or more
    prediction_factor : 1, 0 or more

    Notes
    -----
    Synchronous training: all accelerators finish the step together. ε is 1 with the band that published runs left out
    of the fit show. Stops for data, evaluation and checkpoints are not in it.
    """
    return (compute_step_time + data_exposed * data_time + optimizer_time) * straggler_factor * prediction_factor


def communication_share(
    filled_micro_batches,
    layer_communication_time,
    stage_layers,
    pipeline_send_time,
    pipeline_exposed,
    stage_time,
    stage_time_sharded,
    data_time,
    data_exposed,
    straggler_factor,
    predicted_step_time,
):
    """Share of the step spent on communication that computation does not hide. [1]

    [(m + fill) · (L · layer + x_p · send + gather) + x_d · data] / t
    """
    layers = stage_layers * layer_communication_time
    each = layers + pipeline_exposed * pipeline_send_time + stage_time_sharded - stage_time
    exposed = filled_micro_batches * each + data_exposed * data_time
    return exposed * straggler_factor / predicted_step_time


def mfu(training_flop_per_token, step_tokens, predicted_step_time, accelerators, linear_peak):
    """Model FLOP utilisation: the model's operations over the peak of the training precision. [1]

    F · B · s / (t · N · peak)

    Parameters
    ----------
    training_flop_per_token : FLOP/token, 0 or more
    step_tokens : token, 0 or more
    predicted_step_time : s, above 0
    accelerators : accelerator, 1 or more
    linear_peak : FLOP/s/accelerator, above 0

    Notes
    -----
    Causal attention counted at half and no recomputation; PaLM's definition counts attention in full [1].

    References
    ----------
    .. [1] arXiv:2204.02311, appendix B.
    """
    return training_flop_per_token * step_tokens / (predicted_step_time * accelerators * linear_peak)


def step_time(training_flop_per_token, step_tokens, mfu, accelerators, linear_peak):
    """Time of one optimizer step. [s]

    F · B · s / (MFU · N · peak)

    Follows from the utilisation, so that a utilisation that is known can be set.
    """
    return training_flop_per_token * step_tokens / (mfu * accelerators * linear_peak)


def tokens_per_second(step_tokens, step_time):
    """Tokens trained on a second while the job runs. [token/s]

    B · s / t
    """
    return step_tokens / step_time


def hfu(mfu, repeated_share):
    """Hardware FLOP utilisation: recomputed operations counted too. [1]

    MFU · (1 + r / 3)

    All operations are computed again in the same share; what is repeated of attention weighs as the rest.
    """
    return mfu * (1 + repeated_share / 3)


def training_time(training_tokens, tokens_per_second):
    """Time of the training run without failures and checkpoints. [s]

    D / tokens per second
    """
    return training_tokens / tokens_per_second


def mfu_margin(highest_published_mfu, mfu):
    """How far the utilisation stays below the highest published one. [1]

    MFU_published − MFU
    """
    return highest_published_mfu - mfu


def replica_margin(accelerators, tensor_parallel, pipeline_parallel, context_parallel, one_accelerator):
    """Accelerators beyond those of one replica. [1]

    N − t · p · c
    """
    return accelerators / one_accelerator - tensor_parallel * pipeline_parallel * context_parallel


def heads_margin(model_heads, tensor_parallel):
    """Zero where tensor parallelism divides the attention heads, else minus what is left over. [1]

    −(a mod t)
    """
    return -np.mod(model_heads, tensor_parallel)


def layers_margin(model_layers, pipeline_parallel, virtual_stages):
    """Layers, with embedding and loss as one each, beyond one for each piece of the pipeline. [1]

    L + 2 − p · v
    """
    return model_layers + 2 - pipeline_parallel * virtual_stages


def experts_margin(model_experts, expert_parallel):
    """Zero where expert parallelism divides the experts, else minus what is left over. [1]

    −(E mod e)
    """
    return -np.mod(model_experts, expert_parallel)


def batch_margin(global_batch, data_parallel, micro_batch):
    """Sequences beyond one micro-batch for each replica. [1]

    B − D · b
    """
    return global_batch - data_parallel * micro_batch
