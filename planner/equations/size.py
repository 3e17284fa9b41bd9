"""How many of each thing: systems, nodes, racks, floor."""

import numpy as np


def systems(accelerators, system_accelerators):
    """Systems bought: whole servers or whole racks. [system]

    n = ⌈N / N_system⌉
    """
    return np.ceil(accelerators / system_accelerators)


def installed_accelerators(systems, system_accelerators):
    """Accelerators in the systems bought. [accelerator]

    N_installed = n · N_system
    """
    return systems * system_accelerators


def nodes(systems, system_nodes):
    """Hosts: servers or compute trays. [node]

    n_node = n · nodes per system
    """
    return systems * system_nodes


def rack_power_limit(cooling_rack_limit, site_rack_limit):
    """Power that one rack position may draw. [W/rack]

    P_limit = min(what the cooling removes, what the hall delivers)
    """
    return np.minimum(cooling_rack_limit, site_rack_limit)


def systems_per_rack(rack_power_limit, system_power, rack_space, system_rack_units, whole_system):
    """Systems in one rack, as many as power and space allow. [system/rack]

    k = max(1, ⌊min(P_limit / P_system, U_rack / U_system)⌋)

    A rack holds at least one whole system even where that breaks the limit: the rack density check then fails
    with the margin, instead of an answer without racks.
    """
    fitting = np.minimum(rack_power_limit / system_power, rack_space / system_rack_units)
    return np.maximum(whole_system, np.floor(fitting))


def racks(systems, systems_per_rack):
    """Rack positions that hold accelerators. [rack]

    n_rack = ⌈n / k⌉
    """
    return np.ceil(systems / systems_per_rack)


def rack_power(systems_per_rack, system_power):
    """Rated power of one full rack. [W/rack]

    P_rack = k · P_system
    """
    return systems_per_rack * system_power


def rack_power_margin(rack_power_limit, rack_power):
    """Power left below the limit of a rack position. [W/rack]

    margin = P_limit − P_rack
    """
    return rack_power_limit - rack_power


def rack_power_use(rack_power, rack_power_limit):
    """Share of a rack position's power limit in use. [1]

    u = P_rack / P_limit
    """
    return rack_power / rack_power_limit


def floor_area(racks, rack_area):
    """White space of the accelerator racks, aisles included. [m**2]

    A = n_rack · a
    """
    return racks * rack_area


def power_density(it_power, floor_area):
    """Rated IT power on each square metre of white space. [W/m**2]

    p = P_IT / A
    """
    return it_power / floor_area


def cluster_tier(accelerators, tier_1_accelerators, tier_2_accelerators, tier_3_accelerators):
    """Size class of the cluster: 1 to 4. [1]

    tier = 1 + (N > 256) + (N > 2,048) + (N > 16,384)

    The edges are those of the market report that names the classes.
    """
    above_1 = np.where(accelerators > tier_1_accelerators, 1.0, 0.0)
    above_2 = np.where(accelerators > tier_2_accelerators, 1.0, 0.0)
    above_3 = np.where(accelerators > tier_3_accelerators, 1.0, 0.0)
    return 1 + above_1 + above_2 + above_3
