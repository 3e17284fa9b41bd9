"""What the ranks of a serving replica send each other, and over which tier of the network."""

import numpy as np


def rank_link(accelerator_scaleup_bandwidth, link_efficiency, accelerators_per_rank):
    """Bandwidth of one rank to the others of its scale-up domain, one direction. [B/s]

    b_l = b_scale-up · e_l · accelerators per rank
    """
    return accelerator_scaleup_bandwidth * link_efficiency * accelerators_per_rank


def rank_network(
    system_scaleout_bandwidth, link_efficiency, network_congestion, oversubscription, accelerators_per_rank
):
    """Bandwidth of one rank to ranks of other scale-up domains, one direction. [B/s]

    b_n = b_scale-out · e_l · (1 − congestion) / oversubscription · accelerators per rank

    Messages of serving are small on the network too: they reach the share of the line rate that they reach within a
    domain, not that of the large collectives of training.
    """
    open_rate = system_scaleout_bandwidth * link_efficiency * (1 - network_congestion) / oversubscription
    return open_rate * accelerators_per_rank


def domain_ranks(system_scaleup_domain, accelerators_per_rank):
    """Ranks that one scale-up domain holds. [1]

    n = max(1, ⌊N_domain / accelerators per rank⌋)
    """
    return np.maximum(1, np.floor(system_scaleup_domain / accelerators_per_rank))


def tensor_link(rank_link, rank_network, domain_ranks, tensor_parallel):
    """Bandwidth of one rank within its tensor-parallel group, one direction. [B/s]

    b_l where tp ≤ n, else min(b_l, n · b_n)

    An all-reduce in tiers, as in training: all ranks of a domain send their share of the sums over their own adapters.
    """
    return np.where(tensor_parallel > domain_ranks, np.minimum(rank_link, domain_ranks * rank_network), rank_link)


def tensor_latency(all_reduce_latency, network_latency, domain_ranks, tensor_parallel):
    """Latency of an all-reduce for each doubling of its group. [s]

    α where tp ≤ n, else the network's
    """
    return np.where(tensor_parallel > domain_ranks, network_latency, all_reduce_latency)


def dispatch_link(rank_link, rank_network, domain_ranks, tensor_parallel, attention_groups):
    """Bandwidth of one rank to the ranks of other attention groups, one direction. [B/s]

    b_l where tp · d ≤ n, else min(b_l, b_n / (1 − n / (tp · d)))

    Tokens are sent to experts anywhere: all but the share n / (tp · d) that stay in the domain cross the network over
    the adapter of their own rank.
    """
    ranks = tensor_parallel * attention_groups
    leaving = np.maximum(0, 1 - domain_ranks / ranks)
    return np.where(leaving > 0, np.minimum(rank_link, rank_network / np.where(leaving > 0, leaving, 1)), rank_link)


def dispatch_latency(all_reduce_latency, network_latency, domain_ranks, tensor_parallel, attention_groups):
    """Latency of sending tokens to the ranks of other attention groups. [s]

    α where tp · d ≤ n, else the network's
    """
    return np.where(tensor_parallel * attention_groups > domain_ranks, network_latency, all_reduce_latency)


def transfer_link(rank_link, rank_network, domain_ranks, replica_ranks, prefill_ranks):
    """Bandwidth of one rank from where prompts are prefilled to where they are decoded, one direction. [B/s]

    b_l where the replica and its prefill pool fit one domain: r + max(r, r_p) ≤ n, else b_n

    The prefill pool is laid out as the replica is, so at least one copy of it stands beside the replica.
    """
    together = replica_ranks + np.maximum(replica_ranks, prefill_ranks)
    return np.where(together > domain_ranks, rank_network, rank_link)


def token_activation(model_hidden_size, activation_bytes):
    """Bytes of one token between two layers. [B/token]

    h · 2 B
    """
    return model_hidden_size * activation_bytes


def layer_all_reduce_time(group_batch, verified_tokens, token_activation, tensor_parallel, tensor_link, tensor_latency):
    """Time of one all-reduce of the activations of a step. [s]

    t = α · log₂(tp) + 2 · (tp − 1)/tp · b · h · 2 B / b_l

    Parameters
    ----------
    group_batch : 1, 0 or more
    verified_tokens : token, 0 or more
    token_activation : B/token, 0 or more
    tensor_parallel : 1, 1 or more
    tensor_link : B/s, above 0
    tensor_latency : s, 0 or more

    Notes
    -----
    Ring or switch: the bandwidth term is the same; the latency grows slower than the group. Zero in a group of one.
    """
    moved = 2 * (tensor_parallel - 1) / tensor_parallel * group_batch * verified_tokens * token_activation
    return tensor_latency * np.log2(tensor_parallel) + moved / tensor_link


def dispatch_time(
    group_batch,
    verified_tokens,
    token_activation,
    model_experts_per_token,
    attention_groups,
    tensor_parallel,
    dispatch_link,
    dispatch_latency,
):
    """Time of sending tokens to their experts and back in one layer, between attention groups. [s]

    t = [2 · α + 2 · min(k, d − 1) · b · h · 2 B / (tp · b_l)] where d > 1

    A token travels to each other group that holds one of its experts, and back.

    Experts of a token lie in different groups as far as there are groups; messages of the two directions do not
    overlap.
    """
    copies = np.minimum(model_experts_per_token, attention_groups - 1)
    moved = 2 * copies * group_batch * verified_tokens * token_activation / tensor_parallel
    return np.where(attention_groups > 1, 2 * dispatch_latency + moved / dispatch_link, 0 * dispatch_latency)


def decode_exchange_time(layer_all_reduce_time, dispatch_time, model_layers, model_dense_layers, model_experts):
    """Time of exchanging activations in one step. [s]

    t_x = 2 · L · t_all-reduce + (L − L_dense) · t_dispatch
    """
    expert_layers = np.where(model_experts > 0, model_layers - model_dense_layers, 0)
    return 2 * model_layers * layer_all_reduce_time + expert_layers * dispatch_time


def prefill_exchange_time(
    model_layers,
    model_dense_layers,
    model_experts,
    model_experts_per_token,
    computed_prompt,
    token_activation,
    tensor_parallel,
    attention_groups,
    tensor_link,
    dispatch_link,
    prefill_link_factor,
):
    """Time of exchanging the activations of one prompt. [s]

    t_x = S · h · 2 B · [2 · L · 2 · (tp − 1)/tp / b_tp + (L − L_dense) · 2 · min(k, d − 1) / tp / b_d] / x

    Large messages use links better than the small ones of decode, and hide in part behind the next product.
    """
    reduced = 4 * model_layers * (tensor_parallel - 1) / tensor_parallel
    copies = np.minimum(model_experts_per_token, attention_groups - 1)
    expert_layers = np.where(model_experts > 0, model_layers - model_dense_layers, 0)
    sent = 2 * expert_layers * copies / tensor_parallel
    return computed_prompt * token_activation * (reduced / tensor_link + sent / dispatch_link) / prefill_link_factor
