"""Watts and joules, from the systems to the utility meter: rated, provisioned, peak, mean and idle."""

import numpy as np


def compute_power(systems, system_power, system_derating):
    """Rated power of all accelerator systems. [W]

    P_c = n · P_system · derating
    """
    return systems * system_power * system_derating


def system_power_allowed(system_power, system_derating):
    """Power that one system is allowed: its rating, or less where it is capped. [W/system]

    P = P_system · derating
    """
    return system_power * system_derating


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


def system_power_typical(system_power, usual_training_power_share):
    """Power of one system under sustained load, where none was measured. [W/system]

    P = s_usual · P_rated
    """
    return usual_training_power_share * system_power


def system_power_serving(system_power, usual_inference_power_share):
    """Power of one system while it serves models, where none was measured. [W/system]

    P = s_usual · P_rated
    """
    return usual_inference_power_share * system_power


def system_power_idle(system_power, usual_idle_power_share):
    """Power of one idle system, where none was measured. [W/system]

    P = s_usual · P_rated
    """
    return usual_idle_power_share * system_power


def system_power_peak(system_power, usual_electrical_peak_ratio):
    """Short electrical peak of one system, where its maker states none. [W/system]

    P = r_usual · P_rated
    """
    return usual_electrical_peak_ratio * system_power


def training_power_share(system_power_typical, system_power):
    """Power of a system in training as a share of its rating. [1]

    s = min(1, P_typical / P_rated): a rating set below what was measured is kept
    """
    return np.minimum(1, system_power_typical / system_power)


def inference_power_share(system_power_serving, system_power):
    """Power of a system in inference as a share of its rating. [1]

    s = min(1, P_serving / P_rated): a rating set below what was measured is kept
    """
    return np.minimum(1, system_power_serving / system_power)


def idle_power_share(system_power_idle, system_power):
    """Power of an idle system as a share of its rating. [1]

    s = min(1, P_idle / P_rated)
    """
    return np.minimum(1, system_power_idle / system_power)


def electrical_peak_ratio(system_power_peak, system_power):
    """Short electrical peak of a system over its rating. [1]

    r = max(1, P_peak / P_rated)
    """
    return np.maximum(1, system_power_peak / system_power)


def mean_load(busy_power_share, idle_power_share, utilization, system_derating):
    """Mean power of a system as a share of the power it is allowed. [1]

    s = (min(s_busy, cap) · u + s_idle · (1 − u)) / cap

    Parameters
    ----------
    busy_power_share : 1, 0 to 1.2
    idle_power_share : 1, 0 to 1
    utilization : 1, 0 to 1
    system_derating : 1, 0 to 1

    Notes
    -----
    Two states, busy and idle, of which utilization is the share in time. Measured systems stay well below their rating
    even in training [1].

    References
    ----------
    .. [1] Newkirk et al., arXiv:2506.14551.
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


def provisioned_power__oversubscribed(it_power, power_oversubscription):
    """Less than the rating, as systems are capped when all peak at once. [W]

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
    """Power taken from systems at the peak to stay within what is provisioned, as a share of their rating. [1]

    s = max(0, P_peak − P_provisioned) / P_compute
    """
    return np.maximum(0 * compute_power, it_peak_power - provisioned_power) / compute_power


def power_chain_efficiency(transformer_efficiency, ups_efficiency, distribution_efficiency):
    """Power delivered to the racks over power taken from the grid, cooling aside. [1]

    η = η_transformer · η_UPS · η_distribution

    Power supplies and regulators inside the systems are part of IT power.

    Efficiencies at the load of the plan; at part load they are lower.
    """
    return transformer_efficiency * ups_efficiency * distribution_efficiency


def electrical_loss_share(power_chain_efficiency):
    """Loss of the power chain over IT power. [1]

    e = 1/η − 1
    """
    return 1 / power_chain_efficiency - 1


def published_loss_share(published_chain_efficiency):
    """Loss of the power chain over IT power in the halls whose PUE is published. [1]

    e = 1/η − 1
    """
    return 1 / published_chain_efficiency - 1


def site_pue(cooling_ppue, electrical_loss_share, other_energy_share):
    """Energy of each part of the facility for every unit of IT energy. [1]

    PUE = pPUE_cooling + e_electrical + e_other

    Parameters
    ----------
    cooling_ppue : 1, 1 or more
    electrical_loss_share : 1, 0 or more
    other_energy_share : 1, 0 to 1

    Notes
    -----
    In force where neither the scenario sets a PUE nor the site has one measured in its own hall. It understates what
    liquid cooling saves, since the fans of the servers leave the IT term: compare facility power.
    """
    return cooling_ppue + electrical_loss_share + other_energy_share


def pue_over_operator(pue, site_operator_pue):
    """What the PUE lies above that which a large operator reports for its own halls of the region. [1]

    Δ = PUE − PUE_operator
    """
    return pue - site_operator_pue


def facility_power(it_power, pue):
    """Power with all IT equipment at its rating. [W]

    P = P_IT · PUE

    A PUE is a ratio of yearly energies: on the hottest day the facility draws more than this.
    """
    return it_power * pue


def facility_power__oversubscribed(provisioned_power, pue):
    """Power with systems capped when all peak at once. [W]

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
