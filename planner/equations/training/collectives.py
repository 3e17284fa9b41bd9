"""What accelerators send each other in one training step, and how long it takes: alpha-beta by tier.

Ranks are laid out innermost first: tensor, context, data (and expert within data), pipeline.  A group that fits in
the scale-up domain uses its links; a larger one is bound by the network adapters of its ranks in a domain.
"""

import numpy as np


def _ranks_per_domain(size, inner, domain):
    """Members of a group in one scale-up domain, where `inner` devices lie between two members."""
    return np.minimum(size, np.maximum(1, domain / inner))


def _bandwidth(size, inner, domain, scaleup, network):
    """Bus bandwidth of a ring: all adapters of the group's members in a domain work together."""
    between = np.minimum(scaleup, _ranks_per_domain(size, inner, domain) * network)
    return np.where(size * inner > domain, between, scaleup)


def _reached(size, inner, pod, network, core):
    """Network rate of a group: the core's where it is larger than a pod."""
    return np.where(size * inner > pod, core, network)


def _latency(size, inner, domain, inside, outside):
    """Start-up time of a collective: one hop for each doubling of the group (tree)."""
    return np.log2(size) * np.where(size * inner > domain, outside, inside)


def scaleup_domain_size(system_scaleup_domain, one_accelerator):
    """Accelerators joined by one scale-up network, as a plain number. [1]

    n_domain
    """
    return system_scaleup_domain / one_accelerator


def scaleup_rate(accelerator_scaleup_bandwidth, scaleup_efficiency):
    """Rate at which an accelerator sends over its scale-up links in a large collective. [B/s/accelerator]

    b_up · η

    8 H200: 80-82 % of the line rate in ring collectives of 16 GiB (stas00/ml-engineering, network/README.md).
    """
    return accelerator_scaleup_bandwidth * scaleup_efficiency


def network_rate(system_scaleout_bandwidth, network_efficiency, network_congestion, oversubscription):
    """Rate at which an accelerator sends over the network in a large collective. [B/s/accelerator]

    b_out · η · (1 − congestion) / oversubscription

    Oversubscription counts in full: collectives of large groups cross the top of the fabric.
    """
    return system_scaleout_bandwidth * network_efficiency * (1 - network_congestion) / oversubscription


def pod_size(
    accelerators,
    switch_radix,
    leaf_down_ports,
    fabric_port_bandwidth,
    system_scaleout_bandwidth,
    one_switch,
    one_port,
    one_accelerator,
):
    """Accelerators that reach each other without the core of the fabric. [1]

    n = R · d · b_port / b_out under two tiers of switches; n / 2 where the job needs a core above them

    With a core, half of a spine's ports face up. The job counts, not all that is installed.
    """
    ports = switch_radix * leaf_down_ports * one_switch**2 / one_port
    reach = ports * fabric_port_bandwidth / system_scaleout_bandwidth / one_accelerator
    return np.where(accelerators / one_accelerator > reach, reach / 2, reach)


def core_rate(network_rate, core_oversubscription):
    """Rate at which an accelerator sends across the core of the fabric in a large collective. [B/s/accelerator]

    b_net / o_core

    Counts in full: ranks are not placed by pod. Rings that cross each pod's border once would hide most of it.
    """
    return network_rate / core_oversubscription


def hidden_bytes(micro_batch_tokens, model_hidden_size, activation_bytes):
    """Residual stream of one micro-batch on one accelerator, before tensor sharding. [B/accelerator]

    V = T · h · 2 B
    """
    return micro_batch_tokens * model_hidden_size * activation_bytes


def tensor_bandwidth(tensor_parallel, scaleup_domain_size, scaleup_rate, network_rate):
    """Bus bandwidth of a tensor-parallel group. [B/s/accelerator]

    scale-up rate where the group fits in the domain, else the adapters of its members there
    """
    return _bandwidth(tensor_parallel, 1, scaleup_domain_size, scaleup_rate, network_rate)


def tensor_time(
    hidden_bytes,
    tensor_parallel,
    tensor_bandwidth,
    repeated_share,
    scaleup_domain_size,
    scaleup_latency,
    network_latency,
):
    """Tensor-parallel collectives of one layer and micro-batch, forward and backward. [s]

    (4 + r) · [2 · V · (t − 1)/t / b + 2 · α]

    Parameters
    ----------
    hidden_bytes : B/accelerator, 0 or more
    tensor_parallel : 1, 1 or more
    tensor_bandwidth : B/s/accelerator, above 0
    repeated_share : 1, 0 to 1
    scaleup_domain_size : 1, 1 or more
    scaleup_latency : s, 0 or more
    network_latency : s, 0 or more

    Notes
    -----
    Four all-reduces, or all-gather and reduce-scatter of the same bytes with sequence parallelism; recomputation r
    repeats one of the forward pair: the last needs no repeat [1] [2].

    References
    ----------
    .. [1] arXiv:2104.04473, section 3.2.
    .. [2] arXiv:2205.05198.
    """
    moved = 2 * hidden_bytes * (tensor_parallel - 1) / tensor_parallel / tensor_bandwidth
    start = 2 * _latency(tensor_parallel, 1, scaleup_domain_size, scaleup_latency, network_latency)
    return (4 + repeated_share) * (moved + start)


def context_time(
    micro_batch_tokens,
    model_kv_heads,
    model_head_size,
    model_value_head_size,
    model_kv_lora_rank,
    activation_bytes,
    tensor_parallel,
    context_parallel,
    scaleup_domain_size,
    scaleup_rate,
    network_rate,
    attention_share,
):
    """Keys and values passed round the context-parallel ring, one mean layer and micro-batch, both passes. [s]

    3 · (c − 1) · T · k · (d + d_v) / t · 2 B / b

    Parameters
    ----------
    micro_batch_tokens : token/accelerator, 0 or more
    model_kv_heads : head, 1 or more
    model_head_size : 1, 1 or more
    model_value_head_size : 1, 1 or more
    model_kv_lora_rank : 1, 0 or more
    activation_bytes : B/token, above 0
    tensor_parallel : 1, 1 or more
    context_parallel : 1, 1 or more
    scaleup_domain_size : 1, 1 or more
    scaleup_rate : B/s/accelerator, 0 or more
    network_rate : B/s/accelerator, 0 or more
    attention_share : 1, 0 to 1

    Notes
    -----
    Backward moves keys and values and their gradients; latent attention passes rebuilt keys and values. Variants that
    exchange heads instead (all-to-all) move other volumes.
    """
    width = model_kv_heads * (model_head_size + model_value_head_size) / tensor_parallel
    moved = 3 * (context_parallel - 1) * micro_batch_tokens * width * activation_bytes
    rate = _bandwidth(context_parallel, tensor_parallel, scaleup_domain_size, scaleup_rate, network_rate)
    return attention_share * moved / rate


def expert_time(
    hidden_bytes,
    tensor_parallel,
    expert_parallel,
    model_experts_per_token,
    mixture_share,
    repeated_share,
    scaleup_domain_size,
    scaleup_rate,
    network_rate,
    dispatch_efficiency,
    training_imbalance,
):
    """Dispatch and combine of tokens to experts, one mean layer and micro-batch, both passes. [s]

    i x (4 + 2 r) · V / t · [c(domains) / b_out + c(ranks in a domain) / b_up] / η,  c(n) = (n − 1)(1 − (1 − 1/n)^K)

    Parameters
    ----------
    hidden_bytes : B/accelerator, 0 or more
    tensor_parallel : 1, 1 or more
    expert_parallel : 1, 1 or more
    model_experts_per_token : expert, 0 or more
    mixture_share : 1, 0 to 1
    repeated_share : 1, 0 to 1
    scaleup_domain_size : 1, 1 or more
    scaleup_rate : B/s/accelerator, above 0
    network_rate : B/s/accelerator, above 0
    dispatch_efficiency : 1, above 0, up to 1.2
    training_imbalance : 1, 1 or more

    Notes
    -----
    c is the mean number of other places that hold one of a token's experts where routing is balanced; the rank with the
    most tokens has i times as many. A token travels once to each domain and once to each rank in it. Routing limited to
    some nodes sends less.
    """
    ranks = _ranks_per_domain(expert_parallel, tensor_parallel, scaleup_domain_size)
    domains = expert_parallel / ranks
    across = (domains - 1) * (1 - (1 - 1 / domains) ** model_experts_per_token)
    within = (ranks - 1) * (1 - (1 - 1 / ranks) ** model_experts_per_token)
    sent = training_imbalance * mixture_share * hidden_bytes / tensor_parallel
    moved = (4 + 2 * repeated_share) * sent / dispatch_efficiency
    return moved * (across / network_rate + within / scaleup_rate)


def pipeline_rate(
    tensor_parallel, context_parallel, data_parallel, pipeline_parallel, scaleup_domain_size, scaleup_rate, network_rate
):
    """Rate between two neighbouring pipeline stages. [B/s/accelerator]

    scale-up rate where the whole job fits in one domain, else the network's
    """
    devices = tensor_parallel * context_parallel * data_parallel * pipeline_parallel
    return np.where(devices > scaleup_domain_size, network_rate, scaleup_rate)


def pipeline_send_time(
    hidden_bytes, tensor_parallel, pipeline_parallel, virtual_stages, pipeline_rate, network_latency
):
    """Sends between pipeline stages, one micro-batch, both directions. [s]

    2 · v · (V / t / b + α) where p > 1

    One send of the residual stream for each stage boundary, piece and direction.
    """
    active = np.where(pipeline_parallel > 1, 1, 0)
    return active * 2 * virtual_stages * (hidden_bytes / tensor_parallel / pipeline_rate + network_latency)


def data_bandwidth(data_group, tensor_parallel, scaleup_domain_size, scaleup_rate, network_rate, pod_size, core_rate):
    """Bus bandwidth of a data-parallel group. [B/s/accelerator]

    scale-up rate where the group fits in the domain, else the adapters of its members there, at the core's rate
    where it is larger than a pod
    """
    reached = _reached(data_group, tensor_parallel, pod_size, network_rate, core_rate)
    return _bandwidth(data_group, tensor_parallel, scaleup_domain_size, scaleup_rate, reached)


def data_time(
    accelerator_weights,
    data_group,
    data_bandwidth,
    gathered_weight_bytes,
    reduced_gradient_bytes,
    zero_stage,
    shard_size,
    network_rate,
    pod_size,
    core_rate,
    tensor_parallel,
    scaleup_domain_size,
    scaleup_latency,
    network_latency,
):
    """Gradient reduction and weight gathering of data parallelism, once a step. [s]

    P · (b_g + b_w) · (n − 1)/n / b + 2 · α;  ZeRO-3 in groups of g: P/g · 2 b_g · (1 − g/n) / b_out + 2 · α

    Parameters
    ----------
    accelerator_weights : 1/accelerator, 0 or more
    data_group : 1, 1 or more
    data_bandwidth : B/s/accelerator, above 0
    gathered_weight_bytes : B, 0 or more
    reduced_gradient_bytes : B, 0 or more
    zero_stage : 1, 0 to 3
    shard_size : 1, 1 or more
    network_rate : B/s/accelerator, 0 or more
    pod_size : 1, 1 or more
    core_rate : B/s/accelerator, 0 or more
    tensor_parallel : 1, 1 or more
    scaleup_domain_size : 1, 1 or more
    scaleup_latency : s, 0 or more
    network_latency : s, 0 or more

    Notes
    -----
    Reduce-scatter of gradients and all-gather of weights move what an all-reduce of gradients moves [1]. With ZeRO-3
    that traffic is in every micro-batch; between groups (HSDP) the shards' gradients are left to sum.

    References
    ----------
    .. [1] arXiv:1910.02054.
    """
    whole = accelerator_weights * (gathered_weight_bytes + reduced_gradient_bytes)
    ring = whole * (data_group - 1) / data_group / data_bandwidth
    reached = _reached(data_group, tensor_parallel, pod_size, network_rate, core_rate)
    shard = accelerator_weights * reduced_gradient_bytes / shard_size
    between = 2 * shard * (1 - shard_size / data_group) / reached
    groups = np.where(zero_stage < 3, data_group, data_group / shard_size)
    start = 2 * _latency(groups, tensor_parallel, scaleup_domain_size, scaleup_latency, network_latency)
    return np.where(zero_stage < 3, ring, between) + start


def shard_size(data_group, shard_parallel):
    """Data-parallel ranks that share one copy of the weights under ZeRO-3, as used. [1]

    min(n, shard group), the shard group 0 where all share
    """
    return np.where(shard_parallel > 0, np.minimum(shard_parallel, data_group), data_group)


def shard_time(
    accelerator_weights,
    shard_size,
    tensor_parallel,
    scaleup_domain_size,
    scaleup_rate,
    network_rate,
    pod_size,
    core_rate,
    gathered_weight_bytes,
    reduced_gradient_bytes,
    zero_stage,
    training_software_gather_efficiency,
    model_layers,
    pipeline_parallel,
    scaleup_latency,
    network_latency,
):
    """Weights gathered and gradients scattered in every micro-batch under ZeRO-3 (FSDP). [s]

    P · (2 b_w + b_g) · (n − 1)/n / (b · η) + 3 · α · L/p

    Parameters
    ----------
    accelerator_weights : 1/accelerator, 0 or more
    shard_size : 1, 1 or more
    tensor_parallel : 1, 1 or more
    scaleup_domain_size : 1, 1 or more
    scaleup_rate : B/s/accelerator, 0 or more
    network_rate : B/s/accelerator, 0 or more
    pod_size : 1, 1 or more
    core_rate : B/s/accelerator, 0 or more
    gathered_weight_bytes : B, 0 or more
    reduced_gradient_bytes : B, 0 or more
    zero_stage : 1, 0 to 3
    training_software_gather_efficiency : 1, above 0, up to 1.2
    model_layers : layer, 1 or more
    pipeline_parallel : 1, 1 or more
    scaleup_latency : s, 0 or more
    network_latency : s, 0 or more

    Notes
    -----
    Weights are dropped after the forward pass and gathered again for the backward pass. Stacks that keep them gathered
    over several micro-batches move less.
    """
    reached = _reached(shard_size, tensor_parallel, pod_size, network_rate, core_rate)
    rate = _bandwidth(shard_size, tensor_parallel, scaleup_domain_size, scaleup_rate, reached)
    moved = accelerator_weights * (2 * gathered_weight_bytes + reduced_gradient_bytes)
    ring = moved * (shard_size - 1) / shard_size / (rate * training_software_gather_efficiency)
    hop = _latency(shard_size, tensor_parallel, scaleup_domain_size, scaleup_latency, network_latency)
    return np.where(zero_stage > 2, 1, 0) * (ring + 3 * hop * model_layers / pipeline_parallel)
