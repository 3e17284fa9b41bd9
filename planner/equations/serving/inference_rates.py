"""What one rank of a serving stack reaches: formats, stacks and the rates that follow from data sheets."""


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
