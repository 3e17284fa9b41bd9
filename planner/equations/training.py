"""Time of one optimizer step: operators with a roofline each, pipeline, exposed communication."""

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


def repeated_share(recompute, recomputed_share):
    """Time of the repeated forward pass over that of the first. [1]

    full: r; as needed: r², because what is cheap to compute again is dropped first

    Activation functions and norms hold a third of the memory and take almost no time to repeat.
    """
    return recomputed_share * np.where(recompute > 3, recomputed_share, 1)


def linear_peak__bf16(accelerator_peak_bf16):
    """Peak rate of the matrix products in the training precision. [FLOP/s/accelerator]

    peak in 16 bits
    """
    return accelerator_peak_bf16


def linear_peak__fp8(accelerator_peak_fp8):
    """Peak rate of the matrix products in the training precision. [FLOP/s/accelerator]

    peak in 8 bits: FP8 and MXFP8 recipes keep everything but the linear layers in 16 bits
    """
    return accelerator_peak_fp8


def linear_peak__fp4(accelerator_peak_fp4):
    """Peak rate of the matrix products in the training precision. [FLOP/s/accelerator]

    peak in 4 bits
    """
    return accelerator_peak_fp4


def precision_efficiency__bf16(bf16_efficiency):
    """Share of the measured ceiling that training reaches in its precision. [1]

    η_16
    """
    return bf16_efficiency


def precision_efficiency__fp8(fp8_efficiency):
    """Share of the measured ceiling that training reaches in its precision. [1]

    η_8
    """
    return fp8_efficiency


def precision_efficiency__fp4(fp4_efficiency):
    """Share of the measured ceiling that training reaches in its precision. [1]

    η_4
    """
    return fp4_efficiency


def cast_share__bf16(bf16_efficiency):
    """Traffic of casting to low precision, over the traffic of the other elementwise operators. [1]

    0
    """
    return 0 * bf16_efficiency


def cast_share__fp8(low_precision_cast):
    """Traffic of casting to low precision, over the traffic of the other elementwise operators. [1]

    c
    """
    return low_precision_cast


def cast_share__fp4(low_precision_cast):
    """Traffic of casting to low precision, over the traffic of the other elementwise operators. [1]

    c
    """
    return low_precision_cast


def framework_factor(training_software, framework_fsdp, framework_deepspeed, framework_xla, framework_neuron):
    """Kernel time of the software class over that of a Megatron-class stack. [1]

    1 for the Megatron class, else the class's own factor
    """
    fsdp = np.where(training_software == 2, framework_fsdp, 1)
    deepspeed = np.where(training_software == 3, framework_deepspeed, fsdp)
    xla = np.where(training_software == 4, framework_xla, deepspeed)
    return np.where(training_software == 5, framework_neuron, xla)


def chip_age(software_year, accelerator_available_year):
    """Years that software has had to adapt to the accelerator. [1]

    max(0, year − first shipment)
    """
    return np.maximum(0, software_year - accelerator_available_year)


def newness(chip_age, new_chip_penalty, chip_learning_time):
    """Kernel time on a young chip over that on one the software has learnt. [1]

    e^(n · e^(−age / τ))
    """
    return np.exp(new_chip_penalty * np.exp(-chip_age / chip_learning_time))


def software_factor(framework_factor, training_software, newness, software_year, reference_year, software_progress):
    """Kernel time over that of a Megatron-class stack of the reference year. [1]

    f · new · e^(g · (year_0 − year))

    The same recipe on the same chips runs faster from release to release; classes other than Megatron's, whose
    makers build the chips, start behind on a new chip.
    """
    progress = np.exp(software_progress * (reference_year - software_year))
    return framework_factor * progress * np.where(training_software > 1, newness, 1)


def size_efficiency(micro_batch_tokens, model_hidden_size, tensor_parallel, small_product_tokens, small_product_width):
    """Loss of small matrix products: a smooth ramp in rows and in the sharded width. [1]

    T/(T + T_0) · w/(w + w_0), w = h/t
    """
    width = model_hidden_size / tensor_parallel
    rows = micro_batch_tokens / (micro_batch_tokens + small_product_tokens)
    return rows * width / (width + small_product_width)


def clock_factor(power_cap, power_exponent):
    """Clock under a power limit over that at full power. [1]

    c^e
    """
    return power_cap**power_exponent


def linear_rate(linear_peak, accelerator_gemm_ceiling, clock_factor, precision_efficiency, size_efficiency):
    """Rate of the linear layers' matrix products. [FLOP/s/accelerator]

    peak · ceiling of the chip · clock · η · ramp

    The ceiling is the best rate measured on the chip over its peak (stas00/ml-engineering, accelerator README).
    """
    return linear_peak * accelerator_gemm_ceiling * clock_factor * precision_efficiency * size_efficiency


def linear_time(flop_per_parameter_token, micro_batch_tokens, layer_parameters, tensor_parallel, linear_rate):
    """Forward products of one mean layer and micro-batch, experts excluded. [s]

    2 · T · P_layer / t / rate
    """
    return flop_per_parameter_token * micro_batch_tokens * layer_parameters / tensor_parallel / linear_rate


def expert_tokens(micro_batch_tokens, model_experts_per_token, expert_parallel, model_experts):
    """Rows of one expert's products. [token/accelerator]

    T · K · e / E: balanced routing; T without experts
    """
    routed = np.maximum(1, model_experts_per_token) / np.maximum(1, model_experts)
    return micro_batch_tokens * expert_parallel * routed


def grouped_time(
    flop_per_parameter_token,
    micro_batch_tokens,
    layer_active_expert_parameters,
    tensor_parallel,
    linear_rate,
    grouped_efficiency,
    expert_tokens,
    small_expert_tokens,
):
    """Forward products of the routed experts, one mean layer and micro-batch. [s]

    2 · T · P_active / t / (rate · η_grouped) · (1 + T_0 / T_expert)
    """
    products = flop_per_parameter_token * micro_batch_tokens * layer_active_expert_parameters / tensor_parallel
    return products / (linear_rate * grouped_efficiency) * (1 + small_expert_tokens / expert_tokens)


def attention_share(model_layers, model_linear_attention_layers):
    """Share of layers with attention proper. [1]

    (L − L_lin) / L
    """
    return (model_layers - model_linear_attention_layers) / model_layers


def attention_product_time(
    score_flop_per_token,
    state_flop_per_token,
    model_layers,
    micro_batch_tokens,
    tensor_parallel,
    accelerator_peak_bf16,
    attention_kernel,
    attention_efficiency,
    first_flash_efficiency,
    first_flash_loss,
    accelerator_available_year,
    first_flash_year,
    unfused_efficiency,
    model_causal,
):
    """Forward products of attention, one mean layer and micro-batch. [s]

    F_score · T / (L · t · peak · η);  unfused kernels compute the masked half too

    Attention runs in 16 bits whatever the precision of the linear layers. The first fused kernels do not use the
    instructions of later chips: their share of the peak falls by e^(−l) a year of the chip's date.
    """
    later = np.maximum(0, accelerator_available_year - first_flash_year)
    first = first_flash_efficiency * np.exp(-first_flash_loss * later)
    fused = np.where(attention_kernel > 2, attention_efficiency, first)
    both_halves = unfused_efficiency / (1 + model_causal)
    efficiency = np.where(attention_kernel > 1, fused, both_halves)
    products = (score_flop_per_token + state_flop_per_token) * micro_batch_tokens / model_layers
    return products / (tensor_parallel * accelerator_peak_bf16 * efficiency)


def score_traffic_time(
    attention_kernel,
    attention_share,
    micro_batch_tokens,
    sequence_length,
    one_token,
    model_heads,
    tensor_parallel,
    activation_bytes,
    accelerator_memory_bandwidth,
    memory_efficiency,
    score_passes,
    head_misalignment,
    misaligned_cost,
):
    """Forward traffic of scores that unfused attention writes and reads, one mean layer and micro-batch. [s]

    passes · T · s · a / t · 2 B / (b · η);  more where the head size does not suit the kernels
    """
    scores = micro_batch_tokens * sequence_length / one_token * model_heads / tensor_parallel * activation_bytes
    passes = score_passes * (1 + head_misalignment * (misaligned_cost - 1))
    moved = np.where(attention_kernel < 2, 1, 0) * attention_share * passes * scores
    return moved / (accelerator_memory_bandwidth * memory_efficiency)


def head_misalignment(model_head_size):
    """1 where the head size is no multiple of 8, which tensor cores need, else 0. [1]

    d mod 8 ≠ 0
    """
    return np.where(np.mod(model_head_size, 8) > 0, 1, 0)


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
    cast_share,
):
    """Forward traffic of norms, activations, residuals and casts, one mean layer and micro-batch. [s]

    passes · T · 2 B · (2 h / t_sp + width / 2t) · (1 + casts) / (b · η)
    """
    stream = 2 * model_hidden_size / np.where(sequence_parallel > 0, tensor_parallel, 1)
    width = stream + token_activation_width / (2 * tensor_parallel)
    moved = elementwise_passes * micro_batch_tokens * width * activation_bytes * (1 + cast_share)
    return moved / (accelerator_memory_bandwidth * memory_efficiency)


def weight_traffic_time(
    layer_parameters,
    layer_expert_parameters,
    tensor_parallel,
    expert_parallel,
    one_accelerator,
    weight_bytes,
    gradient_bytes,
    accelerator_memory_bandwidth,
    memory_efficiency,
    weight_traffic_exposed,
):
    """Traffic of weights and accumulated gradients, one mean layer and micro-batch, all passes. [s]

    x · P_layer · (3 w + 2 g) / (b · η)

    Weights are read in three products, gradients read and written once; products hide all but a share x.
    """
    held = (layer_parameters + layer_expert_parameters / expert_parallel) / tensor_parallel / one_accelerator
    moved = held * (3 * weight_bytes + 2 * gradient_bytes)
    return weight_traffic_exposed * moved / (accelerator_memory_bandwidth * memory_efficiency)


def mixture_factor(software_year, reference_year, mixture_progress):
    """Time of expert products and dispatch over that of the reference year's software. [1]

    e^(g · (year_0 − year))

    Permutation, routing and grouped products are still being fused and tuned, faster than the rest.
    """
    return np.exp(mixture_progress * (reference_year - software_year))


def layer_compute_time(
    linear_time,
    grouped_time,
    mixture_factor,
    attention_product_time,
    score_traffic_time,
    elementwise_time,
    weight_traffic_time,
    repeated_share,
    recompute,
    recompute_cost,
    software_factor,
):
    """Kernels of one mean layer and micro-batch, forward, backward and recomputation. [s]

    f · [3 (linear + experts) + 7/2 attention + 3 (scores + elementwise) + r · forward + selective · attention]

    Flash attention's backward pass computes five products where the forward pass has two.
    """
    products = linear_time + grouped_time * mixture_factor
    traffic = score_traffic_time + elementwise_time
    forward = products + attention_product_time + traffic
    selective = np.where(recompute == 2, 1, 0) * score_traffic_time
    again = repeated_share * recompute_cost * forward + selective
    both = 3 * products + 7 / 2 * attention_product_time + 3 * traffic + weight_traffic_time
    return software_factor * (both + again)


def tensor_exposed(training_software, tensor_exposed_tuned, tensor_exposed_plain, sequence_parallel):
    """Share of tensor-parallel communication that computation does not hide. [1]

    tuned where sequence parallelism lets a Megatron-class stack overlap it with products, else plain
    """
    tuned = np.where(training_software < 2, 1, 0) * np.where(sequence_parallel > 0, 1, 0)
    return np.where(tuned > 0, tensor_exposed_tuned, tensor_exposed_plain)


def layer_communication_time(
    tensor_time, tensor_exposed, expert_time, mixture_factor, expert_exposed, context_time, context_exposed
):
    """Communication of one mean layer and micro-batch that computation does not hide. [s]

    x_t · tensor + x_e · f_mixture · experts + x_c · context
    """
    experts = expert_exposed * mixture_factor * expert_time
    return tensor_exposed * tensor_time + experts + context_exposed * context_time


def launch_time(
    mixture_share,
    layer_launch_time,
    routing_launch_time,
    expert_launch_time,
    model_experts,
    expert_parallel,
    mixture_launch_progress,
    reference_year,
    software_year,
):
    """Time the host needs to launch one mean layer's kernels, forward and backward. [s]

    t_dense + x · (E · t_routing + E/e · t_expert) · e^(g · (year_0 − year))

    Routing sorts tokens by all experts, and a layer launches kernels for each expert that it holds; fusing and graph
    capture remove this from release to release.
    """
    mixture = model_experts * (routing_launch_time + expert_launch_time / expert_parallel)
    return layer_launch_time + mixture_share * mixture * np.exp(
        mixture_launch_progress * (reference_year - software_year)
    )


def layer_time(layer_compute_time, layer_communication_time, launch_time):
    """One mean layer and micro-batch, forward and backward. [s]

    ⁴√((compute + exposed)⁴ + launch⁴): whichever is longer, smoothly
    """
    busy = layer_compute_time + layer_communication_time
    return np.sqrt(np.sqrt(busy**4 + launch_time**4))


def logits_time(
    flop_per_parameter_token,
    micro_batch_tokens,
    embedding_parameters,
    tensor_parallel,
    accelerator_peak_bf16,
    accelerator_gemm_ceiling,
    bf16_efficiency,
    size_efficiency,
    software_factor,
):
    """Products of the output embedding and the loss, forward and backward, one micro-batch. [s]

    3 · 2 · T · V · h / (t · rate): in 16 bits
    """
    rate = accelerator_peak_bf16 * accelerator_gemm_ceiling * bf16_efficiency * size_efficiency
    products = flop_per_parameter_token * micro_batch_tokens * embedding_parameters / tensor_parallel
    return 3 * software_factor * products / rate


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


def stage_time_sharded(stage_time, shard_time):
    """One micro-batch on the slowest stage, weights gathered meanwhile under ZeRO-3. [s]

    √(compute² + gather²): whichever is longer, smoothly
    """
    return np.sqrt(stage_time**2 + shard_time**2)


def pipeline_fill__interleaved(pipeline_parallel, virtual_stages):
    """Micro-batch times that a stage waits while the pipeline fills and drains. [1]

    (p − 1) / v

    1F1B where v = 1 (arXiv:2104.04473, section 2.2).
    """
    return (pipeline_parallel - 1) / virtual_stages


def pipeline_fill__gpipe(pipeline_parallel):
    """Micro-batch times that a stage waits while the pipeline fills and drains. [1]

    p − 1
    """
    return pipeline_parallel - 1


def pipeline_fill__zero_bubble(pipeline_parallel):
    """Micro-batch times that a stage waits while the pipeline fills and drains. [1]

    (p − 1) / 3: ZB1P, weight gradients fill the gaps (AMD Primus pipeline blog, table)
    """
    return (pipeline_parallel - 1) / 3


def pipeline_fill__zero_bubble_v(pipeline_parallel):
    """Micro-batch times that a stage waits while the pipeline fills and drains. [1]

    (p − 1) / 6: ZBV, two stages of each accelerator in a V (AMD Primus pipeline blog, table)
    """
    return (pipeline_parallel - 1) / 6


def pipeline_bubble(pipeline_fill, micro_batches):
    """Share of the step in which a stage waits for its neighbours. [1]

    fill / (m + fill)
    """
    return pipeline_fill / (micro_batches + pipeline_fill)


def optimizer_time(
    accelerator_weights, optimizer_bytes, zero_stage, data_group, accelerator_memory_bandwidth, memory_efficiency
):
    """The optimizer's pass over its states. [s]

    2 · P · o / (b · η), shared over the data-parallel ranks from ZeRO-1 on
    """
    states = accelerator_weights * optimizer_bytes / np.where(zero_stage > 0, data_group, 1)
    return 2 * states / (accelerator_memory_bandwidth * memory_efficiency)


def straggler_factor(accelerators, one_accelerator, straggler_growth):
    """Time of a synchronous step on many accelerators over that on one. [1]

    1 + l · log2 N

    The slowest of more accelerators is slower; weak scaling loses 0.5 to 3 per cent from 16 to 2,048 accelerators.
    """
    return 1 + straggler_growth * np.log2(accelerators / one_accelerator)


def compute_step_time(micro_batches, pipeline_fill, stage_time_sharded):
    """The step without data-parallel communication and the optimizer. [s]

    (m + fill) · t_stage
    """
    return (micro_batches + pipeline_fill) * stage_time_sharded


def predicted_step_time(
    compute_step_time, data_time, data_exposed, optimizer_time, straggler_factor, prediction_factor
):
    """Time of one optimizer step as the operators add up. [s]

    (compute + x_d · data + optimizer) · stragglers · ε

    ε is 1 with the band that left-out published runs show.
    """
    return (compute_step_time + data_exposed * data_time + optimizer_time) * straggler_factor * prediction_factor


def communication_share(
    micro_batches,
    pipeline_fill,
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
    exposed = (micro_batches + pipeline_fill) * each + data_exposed * data_time
    return exposed * straggler_factor / predicted_step_time


def mfu(training_flop_per_token, step_tokens, predicted_step_time, accelerators, linear_peak):
    """Model FLOP utilisation: the model's operations over the peak of the training precision. [1]

    F · B · s / (t · N · peak)

    Causal attention counted at half and no recomputation (arXiv:2204.02311, appendix B, counts attention in full).
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
