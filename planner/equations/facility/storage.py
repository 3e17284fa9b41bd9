"""Shared storage beside the accelerators: a fast tier that feeds and saves training, an object tier behind it."""

import numpy as np


def storage_capacity(installed_accelerators, storage_capacity_per_accelerator):
    """Usable capacity of the fast tier. [B]

    S = N · s
    """
    return installed_accelerators * storage_capacity_per_accelerator


def storage_read_rate(installed_accelerators, storage_read_bandwidth):
    """Rate at which the fast tier is read. [B/s]

    B = N · b

    Linear in units of 256 accelerators, as the DGX H100 reference design guides (table 6).
    """
    return installed_accelerators * storage_read_bandwidth


def storage_write_rate(installed_accelerators, storage_write_bandwidth):
    """Rate at which the fast tier takes checkpoints. [B/s]

    B = N · b
    """
    return installed_accelerators * storage_write_bandwidth


def object_capacity(installed_accelerators, object_capacity_per_accelerator):
    """Usable capacity of the object tier. [B]

    S = N · s
    """
    return installed_accelerators * object_capacity_per_accelerator


def storage_power(storage_capacity, storage_power_per_capacity, object_capacity, object_storage_power_per_capacity):
    """Power of the storage servers of both tiers. [W]

    P = S_fast · p_fast + S_object · p_object
    """
    return storage_capacity * storage_power_per_capacity + object_capacity * object_storage_power_per_capacity


def ingest_rate(tokens_per_second, bytes_per_token):
    """Rate at which training reads its data. [B/s]

    B = tokens/s · b

    Text: bytes of token numbers. Pictures and video ask for far more: set it.
    """
    return tokens_per_second * bytes_per_token


def ingest_stall_share(ingest_rate, storage_read_rate):
    """Share of the time training waits for its data. [1]

    s = max(0, 1 − B_read / B_ingest)

    Reads run ahead of the computation, so nothing waits while the tier is fast enough.
    """
    return np.maximum(0, 1 - storage_read_rate / ingest_rate)


def local_ingest_time(dataset_size, local_ingest_rate):
    """Time to bring the data in over links on site. [s]

    t = S / B_local
    """
    return dataset_size / local_ingest_rate


def remote_ingest_time(dataset_size, remote_ingest_rate):
    """Time to bring the data in over a wide-area link, as to a cloud. [s]

    t = S / B_remote
    """
    return dataset_size / remote_ingest_rate


def ingest_speedup(remote_ingest_time, local_ingest_time):
    """How many times faster data come in on site than over a wide-area link. [1]

    t_remote / t_local: the ratio of the two rates, whatever the size
    """
    return remote_ingest_time / local_ingest_time


def checkpoint_stall_share(checkpoint_time, checkpoint_interval):
    """Share of the time training stands still to save itself. [1]

    s = C / (τ + C)
    """
    return checkpoint_time / (checkpoint_interval + checkpoint_time)


def storage_stall_share(checkpoint_stall_share, ingest_stall_share):
    """Share of the time training waits for storage. [1]

    s = 1 − (1 − s_checkpoint) · (1 − s_ingest)
    """
    return 1 - (1 - checkpoint_stall_share) * (1 - ingest_stall_share)


def checkpoint_rate_needed(checkpoint_size, checkpoint_stall_allowed, checkpoint_interval):
    """Rate at which writing takes no more than the stall allowed. [B/s]

    B = S / (s · τ)
    """
    return checkpoint_size / (checkpoint_stall_allowed * checkpoint_interval)


def checkpoint_rate_needed__asynchronous(checkpoint_size, checkpoint_interval):
    """Rate at which one checkpoint is written out before the next is taken. [B/s]

    B = S / τ: one checkpoint is written out before the next is taken
    """
    return checkpoint_size / checkpoint_interval


def storage_bandwidth_margin(storage_write_rate, checkpoint_rate_needed):
    """Write rate left beside checkpoints. [B/s]

    margin = B − B_needed
    """
    return storage_write_rate - checkpoint_rate_needed


def storage_bandwidth_use(checkpoint_rate_needed, storage_write_rate):
    """Share of the write rate that checkpoints need. [1]

    u = B_needed / B
    """
    return checkpoint_rate_needed / storage_write_rate


def checkpoint_space(checkpoint_size, checkpoints_kept):
    """Space that the checkpoints kept at one time take. [B]

    S = n · S_checkpoint
    """
    return checkpoint_size * checkpoints_kept


def storage_capacity_margin(storage_capacity, checkpoint_space):
    """Capacity of the fast tier left beside checkpoints. [B]

    margin = S − S_checkpoints
    """
    return storage_capacity - checkpoint_space


def object_storage_cost(object_capacity, object_storage_price):
    """Price of the object tier. [USD]

    K = S · k
    """
    return object_capacity * object_storage_price


def storage_bought(storage_capacity, storage_usable_share):
    """Raw capacity of the fast tier. [B]

    S / usable share: 125 are bought to use 100
    """
    return storage_capacity / storage_usable_share


def capex_storage(storage_capacity, storage_price):
    """Price of the fast tier. [USD]

    K = S · k, k for a usable byte

    The object tier is a line of its own.
    """
    return storage_capacity * storage_price
