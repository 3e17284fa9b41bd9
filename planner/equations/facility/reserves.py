"""What stands behind the power: redundancy, batteries, generators, storage against swings, the connection."""

import numpy as np


def redundancy_factor__n_plus_1(redundancy_blocks):
    """One block more than needed. [1]

    N+1: (k + 1) / k
    """
    return (redundancy_blocks + 1) / redundancy_blocks


def redundancy_factor__n_plus_2(redundancy_blocks):
    """Two blocks more than needed. [1]

    N+2: (k + 2) / k
    """
    return (redundancy_blocks + 2) / redundancy_blocks


def redundancy_factor__2n_plus_2(redundancy_blocks):
    """Two paths with one block more than needed in each. [1]

    2(N+1): 2 · (k + 1) / k
    """
    return 2 * (redundancy_blocks + 1) / redundancy_blocks


def power_chain_installed_over_needed(redundancy_blocks):
    """Installed over needed capacity of a power chain whose entry does not say: one block more than needed. [1]

    N+1: (k + 1) / k
    """
    return (redundancy_blocks + 1) / redundancy_blocks


def redundancy_over_chain(redundancy_factor, power_chain_installed_over_needed):
    """Redundancy in force over that of the power chain chosen: 1 unless another one is set. [1]

    ρ = redundancy / redundancy of the chain
    """
    return redundancy_factor / power_chain_installed_over_needed


def ups_power(provisioned_power, distribution_efficiency, redundancy_factor):
    """Capacity of uninterruptible supplies installed. [W]

    P = P_provisioned / η_distribution · redundancy

    Parameters
    ----------
    provisioned_power : W, 0 or more
    distribution_efficiency : 1, above 0, up to 1
    redundancy_factor : 1, 1 or more

    Notes
    -----
    Redundancy is a factor on the capacity needed; how systems are split into blocks decides what a single fault takes
    away.
    """
    return provisioned_power / distribution_efficiency * redundancy_factor


def ups_energy(provisioned_power, distribution_efficiency, ride_through_time):
    """Energy that batteries of the supplies hold. [J]

    E = P_provisioned / η · t
    """
    return provisioned_power / distribution_efficiency * ride_through_time


def generator_power(facility_power, generator_ratio):
    """Capacity of backup generators installed. [W]

    P = P_facility · r
    """
    return facility_power * generator_ratio


def generators(generator_power, generator_size):
    """Backup generators. [1]

    n = ⌈P / P_unit⌉
    """
    return np.ceil(generator_power / generator_size)


def fuel_on_site(facility_power, generator_run_time, generator_fuel):
    """Fuel kept for the backup generators. [m**3]

    V = P_facility · t · fuel per unit of energy
    """
    return facility_power * generator_run_time * generator_fuel


def power_swing(compute_power, peak_load, swing_low_share):
    """Systems that compute and wait all at the same time, as in synchronous training. [W]

    ΔP = (s_peak − s_low) · P_compute

    Synchronous training computes and waits everywhere at once, many times a minute.
    """
    return (peak_load - swing_low_share) * compute_power


def swing_energy(power_swing, swing_time):
    """Storage that smooths the swings. [J]

    E = ΔP / 2 · t

    A square wave about its mean, half a period of length t.
    """
    return power_swing / 2 * swing_time


def swing_storage(installed_accelerators, accelerator_energy_storage):
    """Energy stored in the power shelves of the systems. [J]

    E = N · e
    """
    return installed_accelerators * accelerator_energy_storage


def swing_storage_needed(swing_energy, swing_storage):
    """Storage against swings to be added to what the systems hold. [J]

    E = max(0, E_swing − E_shelves)
    """
    return np.maximum(0 * swing_energy, swing_energy - swing_storage)


def grid_connection_power(facility_power, connection_headroom):
    """Power of the grid connection to ask for. [W]

    P = P_facility · r
    """
    return facility_power * connection_headroom
