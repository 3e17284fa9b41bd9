"""Shared storage beside the accelerators."""


def storage_capacity(installed_accelerators, storage_capacity_per_accelerator):
    """Usable capacity of the shared file system. [B]

    S = N · s
    """
    return installed_accelerators * storage_capacity_per_accelerator


def storage_write_bandwidth(installed_accelerators, storage_write_bandwidth_per_accelerator):
    """Rate at which the shared file system takes checkpoints. [B/s]

    B = N · b
    """
    return installed_accelerators * storage_write_bandwidth_per_accelerator


def storage_power(storage_capacity, storage_power_density):
    """Power of the storage servers. [W]

    P = S · p
    """
    return storage_capacity * storage_power_density


def capex_storage(storage_capacity, storage_usable_share, storage_price):
    """Price of the storage. [USD]

    K = S / usable share · k
    """
    return storage_capacity / storage_usable_share * storage_price
