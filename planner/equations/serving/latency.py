"""What a user sees: time to the first token, time of each further one, and how far both stay below their limits."""

import numpy as np


def tpot(answer_time, later_tokens, one_token, tpot_residual):
    """Time per output token after the first, as one user sees it: (end-to-end time - TTFT) / (output tokens - 1). [s]

    TPOT = T / (S_out − 1) · ε

    Parameters
    ----------
    answer_time : s, 0 or more
    later_tokens : token, 0 or more
    one_token : token, 1
    tpot_residual : 1, 0 or more

    Notes
    -----
    As load generators define it: (end-to-end latency − TTFT) / (S_out − 1) [1]. Zero where answers have one token.

    References
    ----------
    .. [1] vLLM, benchmarks/benchmark_serving.py; NVIDIA GenAI-Perf, metric "inter token latency".
    """
    count = np.where(later_tokens > 0 * one_token, later_tokens / one_token, 1)
    return answer_time / count * tpot_residual


def admission_time(concurrency, batch, cycle_time):
    """Time a request waits for a place among the sequences in flight. [s]

    t_q = (N − B) / B · T_c

    Parameters
    ----------
    concurrency : 1, 1 or more, no less than the batch
    batch : 1, above 0
    cycle_time : s, 0 or more

    Notes
    -----
    Little's law on what the replica cannot hold; zero where all requests have a place. A fixed number of requests in
    flight.
    """
    return (concurrency - batch) / batch * cycle_time


def step_wait_time__shared(decode_step_time, group_batch, prefill_load):
    """Half a step of decoding, where one is in progress and no prompt is being read. [s]

    t_s = (1 − ρ) · min(1, b − 1) · t_d / 2

    Half a step where others are decoding; a replica that serves one request at a time is idle when the next comes.
    """
    return (1 - prefill_load) * np.minimum(1, group_batch - 1) * decode_step_time / 2


def step_wait_time__disaggregated(decode_step_time, group_batch):
    """Half a step of decoding, where one is in progress. [s]

    t_s = min(1, b − 1) · t_d / 2

    The prompt's cache joins the batch between two steps.
    """
    return np.minimum(1, group_batch - 1) * decode_step_time / 2


def ttft(
    admission_time,
    prefill_queue_time,
    prefill_time,
    kv_transfer_time,
    step_wait_time,
    request_overhead,
    ttft_residual,
):
    """Time to first token, mean under load. [s]

    TTFT = (t_q + W + t_pf + t_kv + t_s + o_request) · ε

    Parameters
    ----------
    admission_time : s, 0 or more
    prefill_queue_time : s, 0 or more
    prefill_time : s, 0 or more
    kv_transfer_time : s, 0 or more
    step_wait_time : s, 0 or more
    request_overhead : s, 0 or more
    ttft_residual : 1, 0 or more

    Notes
    -----
    Steady state. ε spreads as published measurements do around what this model predicts for them. Time in the network
    between user and site is apart.
    """
    own = prefill_time + kv_transfer_time + step_wait_time + request_overhead
    return (admission_time + prefill_queue_time + own) * ttft_residual


def wait_probability(prompts_together, prefill_load):
    """Probability that a prompt finds others ahead of it. [1]

    p = 1 − (1 − ρ) / m
    """
    return 1 - (1 - prefill_load) / prompts_together


def ttft_p50(ttft, prefill_queue_time, wait_probability):
    """Time to first token that half of the requests stay below. [s]

    TTFT − W + max(0, W/p · ln(p / 0.5))

    Those who wait do so exponentially long.
    """
    half = np.maximum(1, 2 * wait_probability)
    return ttft - prefill_queue_time + prefill_queue_time / wait_probability * np.log(half)


def ttft_p95(ttft, prefill_queue_time, wait_probability, tail_share):
    """Time to first token that 95 % of the requests stay below. [s]

    TTFT − W + max(0, W/p · ln(p / 0.05))

    Parameters
    ----------
    ttft : s, 0 or more
    prefill_queue_time : s, 0 or more
    wait_probability : 1, above 0, up to 1
    tail_share : 1, above 0, below 1

    Notes
    -----
    Those who wait do so exponentially long, the others not at all; all else takes its mean.
    """
    tail = np.maximum(1, wait_probability / tail_share)
    return ttft - prefill_queue_time + prefill_queue_time / wait_probability * np.log(tail)


def ttft_margin(ttft_limit, ttft_p95):
    """Time to first token left below its limit. [s]

    margin = limit − TTFT_p95
    """
    return ttft_limit - ttft_p95


def ttft_use(ttft_p95, ttft_limit):
    """Share of the time allowed to the first token that is taken. [1]

    u = TTFT_p95 / limit
    """
    return ttft_p95 / ttft_limit


def tpot_margin(tpot_limit, tpot):
    """Time per output token left below its limit. [s]

    margin = limit − TPOT
    """
    return tpot_limit - tpot


def tpot_use(tpot, tpot_limit):
    """Share of the time allowed to an output token that is taken. [1]

    u = TPOT / limit
    """
    return tpot / tpot_limit


def output_speed(tpot, one_token):
    """Output tokens that one user sees in a second. [token/s]

    1 / TPOT
    """
    return one_token / tpot
