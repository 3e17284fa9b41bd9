"""What one rank reaches under its serving stack, in its number formats: the rates that follow from data sheets."""


def rank_bandwidth(accelerator_memory_bandwidth, accelerators_per_rank, serving_stack_speed):
    """Memory bandwidth of one rank under its serving stack. [B/s]

    b = b_accelerator · accelerators per rank · v_stack
    """
    return accelerator_memory_bandwidth * accelerators_per_rank * serving_stack_speed


def rank_rate(gemm_peak, weight_precision_serving_efficiency, operand_rate, accelerators_per_rank, serving_stack_speed):
    """Rate of large matrix products with weights on one rank. [FLOP/s]

    F = accelerators per rank · v_stack / (1 / (F_peak · e) + 1 / F_0)

    Feeding operands and writing results back cost every product some time whatever the peak: the higher the peak,
    the smaller the share of it that is reached.
    """
    return (
        accelerators_per_rank
        * serving_stack_speed
        / (1 / (gemm_peak * weight_precision_serving_efficiency) + 1 / operand_rate)
    )


def rank_attention_rate(
    accelerator_peak_bf16, serving_attention_efficiency, accelerators_per_rank, serving_stack_speed
):
    """Rate of the products of queries, keys and values on one rank. [FLOP/s]

    F_a = F_16 · e_a · accelerators per rank · v_stack

    Attention runs in 16 bits whatever the weights.
    """
    return accelerator_peak_bf16 * serving_attention_efficiency * accelerators_per_rank * serving_stack_speed
