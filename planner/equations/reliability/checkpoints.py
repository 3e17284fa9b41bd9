"""Checkpoints: their size, what they cost the job, and how often they pay."""

import numpy as np

_NEWTON_STEPS = 8


def checkpoint_size(model_parameters, checkpoint_bytes_per_parameter):
    """Bytes that one checkpoint writes. [B]

    S = P · b
    """
    return model_parameters * checkpoint_bytes_per_parameter


def checkpoint_time(checkpoint_size, storage_write_rate):
    """Every accelerator waits until the last byte is written to storage. [s]

    C = S / B

    Synchronous: every accelerator waits until the last byte is written.
    """
    return checkpoint_size / storage_write_rate


def checkpoint_time__asynchronous(checkpoint_size, installed_accelerators, host_copy_bandwidth):
    """Training waits for the copy into host memory alone. [s]

    C = S / (N · b_host)

    Training waits for the copy into host memory alone; it is written out while training goes on.
    """
    return checkpoint_size / (installed_accelerators * host_copy_bandwidth)


def checkpoint_time__in_memory(checkpoint_size, installed_accelerators, host_copy_bandwidth):
    """Training waits for the copy into host memory alone. [s]

    C = S / (N · b_host)

    The copy goes on to the host memory of another node while training goes on.
    """
    return checkpoint_size / (installed_accelerators * host_copy_bandwidth)


def checkpoint_lag__asynchronous(checkpoint_size, storage_write_rate):
    """Time to write the copy out to storage. [s]

    L = S / B: the time to write it out
    """
    return checkpoint_size / storage_write_rate


def checkpoint_lag__in_memory(checkpoint_size, installed_accelerators, system_scaleout_bandwidth):
    """Time for the copy to reach the memory of another node. [s]

    L = S / (N · b_out): the time to reach the other node
    """
    return checkpoint_size / (installed_accelerators * system_scaleout_bandwidth)


def checkpoint_rate(checkpoint_size, checkpoint_time):
    """Rate at which a checkpoint leaves the accelerators. [B/s]

    B = S / C
    """
    return checkpoint_size / checkpoint_time


def checkpoint_interval(checkpoint_time, checkpoint_lag, job_mtbf, one_event):
    """Young's first-order interval. [s]

    τ = max(√(2 · C · M), L)

    Parameters
    ----------
    checkpoint_time : s, 0 or more
    checkpoint_lag : s, 0 or more
    job_mtbf : s/event, above 0
    one_event : event, 1

    Notes
    -----
    To first order in the losses: good while C ≪ M, too long where a write takes a good part of M. A checkpoint is
    complete before the next is taken, so the interval is at least L.

    References
    ----------
    .. [1] Young, "A first order approximation to the optimum checkpoint interval", 1974.
    """
    return np.maximum(np.sqrt(2 * checkpoint_time * job_mtbf * one_event), checkpoint_lag)


def checkpoint_interval__daly(checkpoint_time, checkpoint_lag, job_mtbf, one_event):
    """Daly's higher-order interval. [s]

    τ = √(2CM) · (1 + √(C/2M) / 3 + (C/2M) / 9) − C where C < 2M, else M; at least L

    Parameters
    ----------
    checkpoint_time : s, 0 or more
    checkpoint_lag : s, 0 or more
    job_mtbf : s/event, above 0
    one_event : event, 1

    Notes
    -----
    Holds up to C = 2M, where failures are exponentially distributed. Beyond it the interval is M.

    References
    ----------
    .. [1] Daly, Future Generation Computer Systems 22 (2006) 303, eq. 37.
    """
    mtbf = job_mtbf * one_event
    ratio = checkpoint_time / (2 * mtbf)
    higher_order = np.sqrt(2 * checkpoint_time * mtbf) * (1 + np.sqrt(ratio) / 3 + ratio / 9) - checkpoint_time
    return np.maximum(np.where(ratio < 1, higher_order, mtbf), checkpoint_lag)


def checkpoint_interval__exact(checkpoint_time, checkpoint_lag, job_mtbf, one_event):
    """The interval at which the exact share of effective time is largest. [s]

    τ/M = x with x = 1 − e^(−(x + C/M)); at least L

    Parameters
    ----------
    checkpoint_time : s, above 0
    checkpoint_lag : s, 0 or more
    job_mtbf : s/event, above 0
    one_event : event, 1

    Notes
    -----
    The stationary point of the exact share of effective time, by Newton's method from Young's interval, in a fixed
    number of steps. Failures are exponentially distributed.
    """
    mtbf = job_mtbf * one_event
    cost = checkpoint_time / mtbf
    share = np.minimum(1, np.sqrt(2 * cost))
    for _ in range(_NEWTON_STEPS):
        rest = np.exp(-(share + cost))
        share = share - (share - 1 + rest) / (1 - rest)
    return np.maximum(share * mtbf, checkpoint_lag)
