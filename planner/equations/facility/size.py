"""How many of each thing: systems, nodes, racks, floor."""

import numpy as np


def systems(accelerators, system_accelerators):
    """Whole systems that hold the accelerators asked for. [system]

    n = ⌈N / N_system⌉
    """
    return np.ceil(accelerators / system_accelerators)


def installed_accelerators(systems, system_accelerators):
    """Accelerators in the systems. [accelerator]

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


def rack_weight_limit(floor_load, rack_area):
    """Mass that one rack position may carry. [kg/rack]

    m = load of the floor · area of the position with its aisles

    The structure carries the mean load; raised floors also limit the load of a single foot, which is not checked.
    """
    return floor_load * rack_area


def rack_fit(rack_power_limit, system_power, rack_space, system_rack_units):
    """As many as power and space allow. [system/rack]

    k = min(P_limit / P_system, U_rack / U_system)
    """
    return np.minimum(rack_power_limit / system_power, rack_space / system_rack_units)


def rack_fit__power_space_and_weight(
    rack_power_limit, system_power, rack_space, system_rack_units, rack_weight_limit, system_weight
):
    """As many as power, space and weight allow. [system/rack]

    k = min(P_limit / P_system, U_rack / U_system, m_limit / m_system)
    """
    fit = np.minimum(rack_power_limit / system_power, rack_space / system_rack_units)
    return np.minimum(fit, rack_weight_limit / system_weight)


def systems_per_rack(rack_fit, whole_system, system_racks):
    """Whole systems, at least one. [system/rack]

    k = max(1, ⌊fit⌋), or 1 / r for a system that takes r racks

    A rack holds at least one whole system even where that breaks the limit: the rack density check then fails
    with the margin, instead of an answer without racks.
    """
    several = system_racks * whole_system > 1
    return np.where(several, 1 / system_racks, np.maximum(whole_system, np.floor(rack_fit)))


def systems_per_rack__split(rack_fit, whole_system, system_racks):
    """Whole systems, or a part of one that needs several positions. [system/rack]

    k = ⌊fit⌋, or 1 / max(r, ⌈1 / fit⌉) where a system needs several positions

    A rack-scale system is spread over as many positions as its power asks for; its scale-up links must reach.
    """
    positions = np.maximum(np.ceil(whole_system / rack_fit), system_racks * whole_system)
    return np.where(positions > 1, whole_system / positions, np.floor(rack_fit))


def racks(systems, systems_per_rack):
    """Rack positions that hold accelerators. [rack]

    n_rack = ⌈n / k⌉
    """
    return np.ceil(systems / systems_per_rack)


def system_derating__derate(power_cap, rack_power_limit, systems_per_rack, system_power):
    """The power cap, or less where the rack's limit asks for it. [1]

    s = min(cap, P_limit / (k · P_system))

    A lower cap makes a rack fit that would be refused.
    """
    return np.minimum(power_cap, rack_power_limit / (systems_per_rack * system_power))


def rack_power(systems_per_rack, system_power, system_derating):
    """Rated power of one full rack. [W/rack]

    P_rack = k · P_system · derating
    """
    return systems_per_rack * system_power * system_derating


def rack_power_margin(rack_power_limit, rack_power):
    """Power left below the limit of a rack position. [W/rack]

    margin = P_limit − P_rack
    """
    return rack_power_limit - rack_power


def rack_power_use(rack_power, site_rack_limit):
    """Share of what the hall delivers to a rack position in use. [1]

    u = P_rack / P_hall; what the cooling removes is a limit of its own
    """
    return rack_power / site_rack_limit


def rack_weight(systems_per_rack, system_weight):
    """Mass of the systems in one rack. [kg/rack]

    m = k · m_system

    The empty rack, its busbar and manifolds are not included, except where the system is a whole rack.
    """
    return systems_per_rack * system_weight


def rack_weight_margin(rack_weight_limit, rack_weight):
    """Mass left below the limit of a rack position. [kg/rack]

    margin = m_limit − m_rack
    """
    return rack_weight_limit - rack_weight


def rack_weight_use(rack_weight, rack_weight_limit):
    """Share of the floor's load in use. [1]

    u = m_rack / m_limit
    """
    return rack_weight / rack_weight_limit


def stranded_rack_power(racks, rack_power_margin):
    """Power that positions deliver and systems in whole numbers leave unused. [W]

    P = n_rack · max(0, margin)
    """
    return racks * np.maximum(0 * rack_power_margin, rack_power_margin)


def network_racks(
    switches, fabric_switch_rack_units, storage_network_switches, storage_fabric_switch_rack_units, rack_space
):
    """Racks of switches. [rack]

    n = ⌈Σ n_switch · U_switch / U_rack⌉

    Leaves that stand in accelerator racks are counted here too: an upper bound.
    """
    units = switches * fabric_switch_rack_units + storage_network_switches * storage_fabric_switch_rack_units
    return np.ceil(units / rack_space)


def storage_racks(storage_power, storage_rack_power):
    """Racks of storage. [rack]

    n = ⌈P_storage / P_rack⌉
    """
    return np.ceil(storage_power / storage_rack_power)


def hall_racks(racks, network_racks, storage_racks):
    """Rack positions of the hall: accelerators, switches and storage. [rack]

    n = n_rack + n_network + n_storage
    """
    return racks + network_racks + storage_racks


def rack_positions_margin(rack_positions, hall_racks):
    """Rack positions left in the hall. [rack]

    margin = positions − n
    """
    return rack_positions - hall_racks


def rack_positions_use(hall_racks, rack_positions):
    """Share of the hall's rack positions in use. [1]

    u = n / positions
    """
    return hall_racks / rack_positions


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


def accelerator_supply_margin(accelerator_supply, installed_accelerators):
    """Accelerators obtainable beyond those planned. [accelerator]

    margin = N_supply − N
    """
    return accelerator_supply - installed_accelerators


def accelerator_supply_use(installed_accelerators, accelerator_supply):
    """Share of the obtainable accelerators that the plan takes. [1]

    u = N / N_supply
    """
    return installed_accelerators / accelerator_supply
