"""Watts and joules, from the systems to the utility meter: rated, provisioned, peak, mean and idle."""

import numpy as np


def compute_power(systems, system_power, system_derating):
    """Rated power of all accelerator systems. [W]

    P_c = n · P_system · derating
    """
    return systems * system_power * system_derating


def it_power(compute_power, network_power, storage_power):
    """Rated power of all IT equipment. [W]

    P_IT = P_compute + P_network + P_storage

    Rated, not mean: halls, busbars and connections are built for it.
    """
    return compute_power + network_power + storage_power


def it_power_margin(it_power_limit, it_power):
    """IT power left. [W]

    margin = P_limit − P_IT
    """
    return it_power_limit - it_power


def it_power_use(it_power, it_power_limit):
    """Share of the IT power limit in use. [1]

    u = P_IT / P_limit
    """
    return it_power / it_power_limit


def busy_power_share__training(training_power_share):
    """Power of a working system as a share of its rating. [1]

    s = share measured in training
    """
    return 1 * training_power_share


def busy_power_share__inference(inference_power_share):
    """Power of a working system as a share of its rating. [1]

    s = share measured in inference
    """
    return 1 * inference_power_share


def busy_power_share__capacity(training_power_share):
    """Power of a working system as a share of its rating. [1]

    s = share measured in training, the heavier use
    """
    return 1 * training_power_share


def mean_load(busy_power_share, idle_power_share, utilization, system_derating):
    """Mean power of a system as a share of the power it is allowed. [1]

    s = (min(s_busy, cap) · u + s_idle · (1 − u)) / cap

    Measured systems stay well below their rating even in training (Newkirk et al., arXiv:2506.14551).
    """
    busy = np.minimum(busy_power_share, system_derating)
    return (busy * utilization + idle_power_share * (1 - utilization)) / system_derating


def it_mean_power(compute_power, mean_load, network_power, storage_power):
    """Mean power of all IT equipment over the year. [W]

    P̄_IT = s · P_compute + P_network + P_storage

    Switches and storage draw nearly their rating whatever the traffic.
    """
    return mean_load * compute_power + network_power + storage_power


def peak_load(peak_power_share, system_derating):
    """Highest sustained power of a system as a share of the power it is allowed. [1]

    s = min(s_peak, cap) / cap
    """
    return np.minimum(peak_power_share, system_derating) / system_derating


def it_peak_power(compute_power, peak_load, network_power, storage_power):
    """Highest sustained power of the IT equipment at work. [W]

    P = s · P_compute + P_network + P_storage
    """
    return peak_load * compute_power + network_power + storage_power


def it_idle_power(compute_power, idle_power_share, network_power, storage_power):
    """Power of the IT equipment between jobs. [W]

    P = s_idle · P_compute + P_network + P_storage
    """
    return idle_power_share * compute_power + network_power + storage_power


def rack_electrical_peak(rack_power, electrical_peak_ratio):
    """Short electrical peak that the feed of one rack must carry. [W/rack]

    P = r · P_rack

    For breakers and busbars; heat follows the rating.
    """
    return rack_power * electrical_peak_ratio


def provisioned_power(it_power):
    """IT power that the facility is built for. [W]

    P = P_IT: the rating of all equipment
    """
    return 1 * it_power


def provisioned_power__oversubscribed(it_power, power_oversubscription):
    """IT power that the facility is built for. [W]

    P = P_IT / (1 + o)

    More rated power is planned than there is, and systems are capped when all peak at once.
    """
    return it_power / (1 + power_oversubscription)


def capping_margin(provisioned_power, it_peak_power):
    """Provisioned IT power that the highest measured load leaves. [W]

    margin = P_provisioned − P_peak
    """
    return provisioned_power - it_peak_power


def capped_share(it_peak_power, provisioned_power, compute_power):
    """Power taken from systems at the peak to stay within what is provisioned. [1]

    s = max(0, P_peak − P_provisioned) / P_compute
    """
    return np.maximum(0 * compute_power, it_peak_power - provisioned_power) / compute_power


def power_chain_efficiency(transformer_efficiency, ups_efficiency, distribution_efficiency):
    """Power delivered to the racks over power taken from the grid, cooling aside. [1]

    η = η_transformer · η_UPS · η_distribution

    Power supplies and regulators inside the systems are part of IT power.
    """
    return transformer_efficiency * ups_efficiency * distribution_efficiency


def electrical_loss_share(power_chain_efficiency):
    """Loss of the power chain over IT power. [1]

    e = 1/η − 1
    """
    return 1 / power_chain_efficiency - 1


def pue(cooling_pue):
    """Power usage effectiveness, mean over a year. [1]

    PUE published for the cooling technology chosen

    A ratio of yearly energies (ISO/IEC 30134-2); the hottest day is worse.
    """
    return 1 * cooling_pue


def pue__components(electrical_loss_share, cooling_energy_share, other_energy_share):
    """Power usage effectiveness, mean over a year. [1]

    PUE = 1 + e_electrical + e_cooling + e_other

    From the power chain, the heat split and the climate of the site. It understates what liquid cooling saves: the
    fans of the servers leave the IT term, so compare facility power.
    """
    return 1 + electrical_loss_share + cooling_energy_share + other_energy_share


def facility_power(it_power, pue):
    """Power that the facility is built for and may draw from the grid. [W]

    P = P_IT · PUE, all IT equipment at its rating
    """
    return it_power * pue


def facility_power__oversubscribed(provisioned_power, pue):
    """Power that the facility is built for and may draw from the grid. [W]

    P = P_provisioned · PUE, systems capped when all peak at once
    """
    return provisioned_power * pue


def facility_power_per_accelerator(facility_power, installed_accelerators):
    """Facility power of one accelerator, all shares included. [W/accelerator]

    P / N
    """
    return facility_power / installed_accelerators


def site_power_margin(site_power_limit, facility_power):
    """Grid power left. [W]

    margin = P_site − P
    """
    return site_power_limit - facility_power


def site_power_use(facility_power, site_power_limit):
    """Share of the site's grid power in use. [1]

    u = P / P_site
    """
    return facility_power / site_power_limit


def energy_per_year(it_mean_power, pue):
    """Energy drawn from the grid, as a yearly rate. [W]

    E = P̄_IT · PUE
    """
    return it_mean_power * pue


def redundancy_factor__n(redundancy_blocks):
    """Installed capacity over needed capacity. [1]

    N: 1, no spare
    """
    return 1 + 0 * redundancy_blocks


def redundancy_factor__n_plus_1(redundancy_blocks):
    """Installed capacity over needed capacity. [1]

    N+1: (k + 1) / k
    """
    return (redundancy_blocks + 1) / redundancy_blocks


def redundancy_factor__n_plus_2(redundancy_blocks):
    """Installed capacity over needed capacity. [1]

    N+2: (k + 2) / k
    """
    return (redundancy_blocks + 2) / redundancy_blocks


def redundancy_factor__3n_over_2(redundancy_blocks):
    """Installed capacity over needed capacity. [1]

    3N/2: three systems carry two systems' load
    """
    return 3 / 2 + 0 * redundancy_blocks


def redundancy_factor__4n_over_3(redundancy_blocks):
    """Installed capacity over needed capacity. [1]

    4N/3: four systems carry three systems' load
    """
    return 4 / 3 + 0 * redundancy_blocks


def redundancy_factor__2n(redundancy_blocks):
    """Installed capacity over needed capacity. [1]

    2N: each path carries the whole load
    """
    return 2 + 0 * redundancy_blocks


def redundancy_factor__2n_plus_2(redundancy_blocks):
    """Installed capacity over needed capacity. [1]

    2(N+1): 2 · (k + 1) / k
    """
    return 2 * (redundancy_blocks + 1) / redundancy_blocks


def redundancy_factor__by_entry(power_chain_installed_over_needed):
    """Installed capacity over needed capacity. [1]

    as the power chain chosen has it
    """
    return 1 * power_chain_installed_over_needed


def ups_power(provisioned_power, distribution_efficiency, redundancy_factor):
    """Capacity of uninterruptible supplies installed. [W]

    P = P_provisioned / η_distribution · redundancy
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


def power_swing__training(compute_power, peak_load, swing_low_share):
    """Change of power that the whole cluster makes in step. [W]

    ΔP = (s_peak − s_low) · P_compute

    Synchronous training computes and waits everywhere at once, many times a minute.
    """
    return (peak_load - swing_low_share) * compute_power


def power_swing__inference(compute_power):
    """Change of power that the whole cluster makes in step. [W]

    none: requests are independent
    """
    return 0 * compute_power


def power_swing__capacity(compute_power, peak_load, swing_low_share):
    """Change of power that the whole cluster makes in step. [W]

    ΔP = (s_peak − s_low) · P_compute, as in training
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
