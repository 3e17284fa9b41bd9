"""Continuous batching in steady state: sequences in flight, queues, and what a user sees of them."""

import numpy as np


def batch(concurrency, memory_batch, engine_batch, attention_groups):
    """Sequences that a replica decodes at once. [1]

    B = min(requests at the replica, B_memory, d · B_engine)
    """
    return np.minimum(np.minimum(concurrency, memory_batch), engine_batch * attention_groups)


def group_batch(batch, pipeline_parallel, attention_groups):
    """Sequences in one step of one attention group. [1]

    b = max(1, B / (pp · d))

    With a pipeline every stage works on another part of the batch.
    """
    return np.maximum(1, batch / pipeline_parallel / attention_groups)


def tokens_per_step(draft_tokens, draft_acceptance, one_token):
    """Tokens that a sequence gains in one step. [token]

    a = (1 − α^(γ+1)) / (1 − α)

    Parameters
    ----------
    draft_tokens : 1, 0 or more
    draft_acceptance : 1, 0 or more, below 1
    one_token : token, 1

    Notes
    -----
    γ drafted tokens, each accepted with probability α until the first is refused [1]; without drafts, one. The same
    probability holds for every token, independently.

    References
    ----------
    .. [1] Leviathan, Kalman, Matias, "Fast inference from transformers via speculative decoding", ICML 2023, eq. 1.
    """
    return one_token * np.divide(1 - draft_acceptance ** (draft_tokens + 1), 1 - draft_acceptance)


def verified_tokens(draft_tokens, one_token):
    """Tokens of one sequence that pass through the model in one step. [token]

    γ + 1
    """
    return one_token * (draft_tokens + 1)


def later_tokens(output_tokens, one_token):
    """Tokens of an answer after its first, mean: prefill gives the first. [token]

    S_out − 1

    Prefill gives the first token, decoding the others.
    """
    return np.maximum(0 * one_token, output_tokens - one_token)


def steps_per_output(later_tokens, tokens_per_step):
    """Steps of decoding that one answer takes. [1]

    n = (S_out − 1) / a
    """
    return later_tokens / tokens_per_step


def prompts_together__closed(group_batch, arrival_burst):
    """Prompts of users who ask again when they have their answer. [1]

    m = 1 + β · (b − 1)

    Load generators keep a fixed number of requests in flight: they start together and finish nearly together.
    """
    return 1 + arrival_burst * (group_batch - 1)


def other_prefill_time__shared(group_batch, prefill_work, prefill_interleave):
    """Prompts of the other requests in the batch, read on the same ranks. [s]

    t_w = (b − 1) · t_p · ω

    In steady state one prompt enters for each answer that ends.  ω < 1 where prefill hides behind the memory reads
    of decode.
    """
    return (group_batch - 1) * prefill_work * prefill_interleave


def decode_time(steps_per_output, decode_step_time):
    """Time of the steps of one answer, prefill apart. [s]

    T_d = n · t_d
    """
    return steps_per_output * decode_step_time


def prefill_load__shared(other_prefill_time, prefill_time, decode_time):
    """Share of the time in which ranks that also decode read prompts. [1]

    ρ = (t_w + t_pf) / (t_w + t_pf + T_d)
    """
    prefill = other_prefill_time + prefill_time
    return prefill / (prefill + decode_time)


def prefill_queue_time__continuous(prompts_together, group_batch, prefill_load, prefill_time):
    """Wait in a queue of prompts that come in bursts and all take as long. [s]

    W = min(b − 1, (m − 1)/2 + ρ / (2 · (1 − ρ))) · t_pf

    Parameters
    ----------
    prompts_together : 1, 1 or more
    group_batch : 1, 0 or more
    prefill_load : 1, 0 or more, below 1
    prefill_time : s, 0 or more

    Notes
    -----
    Half of those that arrive together are ahead, and the queue of an M/D/1 server of load ρ: arrivals at random, all
    prompts as long as the mean. No more than all others can be ahead. Prompts of very different lengths wait longer.
    """
    backlog = np.divide(prefill_load, 2 * (1 - prefill_load))
    return np.minimum(group_batch - 1, (prompts_together - 1) / 2 + backlog) * prefill_time


def answer_time(decode_time, other_prefill_time, prefill_queue_time):
    """Time from the first token of an answer to its last. [s]

    T = T_d + max(0, t_w − W)

    Prompts that were not ahead in the queue interrupt decoding later.
    """
    return decode_time + np.maximum(0 * decode_time, other_prefill_time - prefill_queue_time)


def kv_transfer_time__disaggregated(
    input_tokens,
    kv_channels,
    kv_bytes,
    full_attention_layers,
    model_window_layers,
    model_sliding_window,
    pipeline_parallel,
    transfer_link,
):
    """Keys and values of a prompt, sent from the prefill pool to the decode pool. [s]

    t_kv = k · c · [L_full · S_in + L_window · min(S_in, window)] / (pp · b_t)

    Every rank sends its part of the cache over its own link, and all of it: also what the prefill pool had cached.

    The transfer starts when the prompt is read; sending layer by layer while it is read would hide part of it.
    """
    windowed = model_window_layers * np.minimum(input_tokens, model_sliding_window)
    cache = kv_channels * kv_bytes * (full_attention_layers * input_tokens + windowed)
    return cache / (pipeline_parallel * transfer_link)


def cycle_time__disaggregated(answer_time, decode_step_time):
    """Time for decoding alone, as prompts are read elsewhere. [s]

    T_c = max(T, t_step)

    At least for a step, also where the first token is the whole answer.
    """
    return np.maximum(answer_time, decode_step_time)


def replica_request_rate(replica_output_rate, output_tokens, one_request):
    """Requests per second of one replica. [request/s]

    λ = R / S_out
    """
    return replica_output_rate / output_tokens * one_request


def prefill_ranks__disaggregated(
    replica_request_rate,
    one_request,
    prefill_work,
    prefill_target_load,
    replica_ranks,
    pipeline_parallel,
    attention_groups,
):
    """Ranks that keep up with the prompts of one replica. [1]

    r_p = λ · t_p / (pp · d · ρ) · r

    The prefill pool is laid out as the replica is, as many copies as its load asks for.
    """
    busy = replica_request_rate / one_request * prefill_work / (pipeline_parallel * attention_groups)
    return busy / prefill_target_load * replica_ranks


def replica_accelerators(replica_ranks, prefill_ranks, accelerators_per_rank):
    """Accelerators of one replica, with its share of a prefill pool. [accelerator]

    n = (r + r_p) · accelerators per rank
    """
    return (replica_ranks + prefill_ranks) * accelerators_per_rank


def cycle_time__shared(prefill_queue_time, prefill_time, answer_time, request_overhead):
    """Wait, prefill and decoding on the same ranks. [s]

    T_c = W + t_pf + o_request + T
    """
    return prefill_queue_time + prefill_time + request_overhead + answer_time


def replica_output_rate(batch, output_tokens, cycle_time, output_rate_residual):
    """Output tokens per second of one replica. [token/s]

    R = B · S_out / T_c · ε

    ε spreads as published measurements do around what this model predicts for them.

    Steady state with the batch always full: less is asked for at low load, which the load of the cluster counts.
    """
    return batch * output_tokens / cycle_time * output_rate_residual
