"""Failures, checkpoints and what is left of the time."""

import numpy as np


def job_mtbf(node_failure_rate, nodes):
    """Mean time between failures of a job on every node. [s/event]

    M = 1 / (r · n_node)

    Failures are independent and all stop the job. Inverse scaling with size has little measured confirmation:
    treat the rate as a wide input (arXiv:2410.21680).
    """
    return 1 / (node_failure_rate * nodes)


def checkpoint_size(model_parameters, checkpoint_bytes_per_parameter):
    """Bytes that one checkpoint writes. [B]

    S = P · b
    """
    return model_parameters * checkpoint_bytes_per_parameter


def checkpoint_time(checkpoint_size, storage_write_bandwidth):
    """Time training stands still for one checkpoint. [s]

    C = S / B

    Synchronous: every accelerator waits until the last byte is written.
    """
    return checkpoint_size / storage_write_bandwidth


def checkpoint_interval(checkpoint_time, job_mtbf, one_event):
    """Work between two checkpoints that loses least time. [s]

    τ = √(2 · C · M)

    Young, "A first order approximation to the optimum checkpoint interval", 1974; good while C ≪ M.
    """
    return np.sqrt(2 * checkpoint_time * job_mtbf * one_event)


def goodput(checkpoint_time, checkpoint_interval, restart_time, job_mtbf, one_event):
    """Share of the time that ends up as kept training progress. [1]

    g = τ / (M · e^(R/M) · (e^((τ + C)/M) − 1))

    Exponentially distributed failures; the work since the last checkpoint is lost (Daly, 2006, eq. 20).
    """
    mtbf = job_mtbf * one_event
    return checkpoint_interval / (
        mtbf * np.exp(restart_time / mtbf) * (np.exp((checkpoint_interval + checkpoint_time) / mtbf) - 1)
    )


def time_to_train(training_time, goodput):
    """Calendar time of the training run, failures and checkpoints included. [s]

    T = T_train / g
    """
    return training_time / goodput
