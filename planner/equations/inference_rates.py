"""What one rank of a serving stack reaches: formats, stacks and the rates that follow from data sheets."""

import numpy as np


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


def rank_rate(gemm_peak, gemm_efficiency, operand_rate, accelerators_per_rank, stack_speed):
    """Rate of large matrix products with weights on one rank. [FLOP/s]

    F = accelerators per rank · v_stack / (1 / (F_peak · e) + 1 / F_0)

    Feeding operands and writing results back cost every product some time whatever the peak: the higher the peak,
    the smaller the share of it that is reached.
    """
    return accelerators_per_rank * stack_speed / (1 / (gemm_peak * gemm_efficiency) + 1 / operand_rate)


def rank_attention_rate(accelerator_peak_bf16, serving_attention_efficiency, accelerators_per_rank, stack_speed):
    """Rate of the products of queries, keys and values on one rank. [FLOP/s]

    F_a = F_16 · e_a · accelerators per rank · v_stack

    Attention runs in 16 bits whatever the weights.
    """
    return accelerator_peak_bf16 * serving_attention_efficiency * accelerators_per_rank * stack_speed


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

    An all-reduce in tiers: all ranks of a domain send their share of the sums over their own network adapters [1].

    [1] Thakur, Rabenseifner, Gropp, "Optimization of collective communication operations in MPICH", IJHPCA 19(1),
    2005, section 4.3; as the collectives of training.
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
