"""A micro-batch on its way through the pipeline: stages, the time to fill them, the bubble."""

import numpy as np


def stage_layers(model_layers, pipeline_parallel, virtual_stages):
    """Layers of the fullest pipeline stage. [1]

    v · ⌈L / (p · v)⌉
    """
    return virtual_stages * np.ceil(model_layers / (pipeline_parallel * virtual_stages))


def stage_time(
    stage_layers, model_layers, pipeline_parallel, layer_time, logits_time, pipeline_send_time, pipeline_exposed
):
    """One micro-batch on the slowest pipeline stage, forward and backward. [s]

    max(L_full, L − (p − 1) · L_full layers and the logits) + exposed sends

    The last stage has what layers are left over, and the output embedding.
    """
    last = np.maximum(0, model_layers - (pipeline_parallel - 1) * stage_layers)
    slowest = np.maximum(stage_layers * layer_time, last * layer_time + logits_time)
    return slowest + pipeline_exposed * pipeline_send_time


def mean_stage_time(model_layers, pipeline_parallel, layer_time, logits_time, pipeline_send_time, pipeline_exposed):
    """One micro-batch on a pipeline stage, the mean over all of them. [s]

    (L · layer + logits) / p + exposed sends
    """
    whole = model_layers * layer_time + logits_time
    return whole / pipeline_parallel + pipeline_exposed * pipeline_send_time


def stage_time_sharded(stage_time, shard_time):
    """One micro-batch on the slowest stage, weights gathered meanwhile under ZeRO-3. [s]

    √(compute² + gather²): whichever is longer, smoothly

    Gathering of the next layer's weights runs beside the products of the current one.
    """
    return np.sqrt(stage_time**2 + shard_time**2)


def pipeline_fill__interleaved(pipeline_parallel, virtual_stages):
    """1F1B, interleaved over the pieces of the model on each stage. [1]

    (p − 1) / v

    Parameters
    ----------
    pipeline_parallel : 1, 1 or more
    virtual_stages : 1, 1 or more

    Notes
    -----
    1F1B where v = 1 [1]. Stages take equally long; the number of micro-batches is a multiple of the stages where v > 1.

    References
    ----------
    .. [1] arXiv:2104.04473, section 2.2.
    """
    return (pipeline_parallel - 1) / virtual_stages


def pipeline_fill__gpipe(pipeline_parallel):
    """GPipe: all forward passes, then all backward passes. [1]

    p − 1
    """
    return pipeline_parallel - 1


def pipeline_fill__zero_bubble(pipeline_parallel):
    """ZB1P: weight gradients fill the gaps. [1]

    (p − 1) / 3

    The backward pass is split in two, and the products for weight gradients fill the gaps [1].

    [1] AMD Primus pipeline blog, table.
    """
    return (pipeline_parallel - 1) / 3


def pipeline_fill__zero_bubble_v(pipeline_parallel):
    """ZBV: each accelerator holds two stages, in a V. [1]

    (p − 1) / 6

    The first and the last stage lie on one accelerator [1].

    [1] AMD Primus pipeline blog, table.
    """
    return (pipeline_parallel - 1) / 6


def pipeline_bubble(pipeline_fill, micro_batches):
    """Share of the step in which a stage waits for its neighbours. [1]

    fill / (m + fill)

    Parameters
    ----------
    pipeline_fill : 1, 0 or more
    micro_batches : 1, 1 or more

    Notes
    -----
    Stages take equally long.
    """
    return pipeline_fill / (micro_batches + pipeline_fill)


def filled_micro_batches(micro_batches, pipeline_fill, mean_stage_time, stage_time):
    """Micro-batch times of the slowest stage in one step, the filling and draining of the pipeline counted. [1]

    m + fill · t_mean / t_stage

    In its steady state the pipeline runs at the pace of its slowest stage; a micro-batch that fills it meets them all.
    """
    return micro_batches + pipeline_fill * mean_stage_time / stage_time
