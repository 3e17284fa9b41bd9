"""What joins the switches: copper, active cables or fibre by reach, their optics, power and price."""

import numpy as np


def endpoint_cable_length(racks, floor_area, row_length, rack_cable_length, one_rack):
    """Length of a cable from a node to its leaf. [m]

    l = l_rack + min(√A, l_row) / 2 where there is more than one rack

    Leaves stand in the middle of the row.
    """
    many = np.where(racks > one_rack, 1.0, 0.0)
    return rack_cable_length + np.minimum(np.sqrt(floor_area), row_length) / 2 * many


def leaf_spine_cable_length(floor_area, rack_cable_length):
    """Length of a cable from a leaf to a spine. [m]

    l = 2 · l_rack + √A / 2

    Spines stand in the middle of a square hall; up and down at both ends. Equipment rooms between halls are longer.
    """
    return 2 * rack_cable_length + np.sqrt(floor_area) / 2


def spine_core_cable_length(floor_area, rack_cable_length):
    """Length of a cable from a spine to the core. [m]

    l = 2 · l_rack + √A
    """
    return 2 * rack_cable_length + np.sqrt(floor_area)


def copper_cables(
    endpoint_cables,
    leaf_spine_cables,
    spine_core_cables,
    endpoint_cable_length,
    leaf_spine_cable_length,
    spine_core_cable_length,
    copper_reach,
):
    """Cables short enough for passive copper. [cable]

    n = Σ n_i over the kinds of link with l_i ≤ reach of copper
    """
    nothing = 0 * copper_reach
    return (
        endpoint_cables * _between(endpoint_cable_length, nothing, copper_reach)
        + leaf_spine_cables * _between(leaf_spine_cable_length, nothing, copper_reach)
        + spine_core_cables * _between(spine_core_cable_length, nothing, copper_reach)
    )


def active_cables(
    endpoint_cables,
    leaf_spine_cables,
    spine_core_cables,
    endpoint_cable_length,
    leaf_spine_cable_length,
    spine_core_cable_length,
    copper_reach,
    active_cable_reach,
):
    """Active optical cables, with their optics built in. [cable]

    n = Σ n_i over the kinds of link with reach of copper < l_i ≤ reach of active cables
    """
    return (
        endpoint_cables * _between(endpoint_cable_length, copper_reach, active_cable_reach)
        + leaf_spine_cables * _between(leaf_spine_cable_length, copper_reach, active_cable_reach)
        + spine_core_cables * _between(spine_core_cable_length, copper_reach, active_cable_reach)
    )


def fibre_cables(cables, copper_cables, active_cables):
    """Cables of fibre between two transceivers. [cable]

    n = n_cable − n_copper − n_active
    """
    return cables - copper_cables - active_cables


def adapter_transceivers(
    endpoint_cables, endpoint_cable_length, copper_reach, active_cable_reach, transceivers_per_cable
):
    """Transceivers in the nodes. [transceiver]

    one at the node's end of every fibre cable to a leaf
    """
    fibre = _beyond(endpoint_cable_length, np.maximum(copper_reach, active_cable_reach))
    return endpoint_cables * fibre * transceivers_per_cable / 2


def switch_transceivers(
    endpoint_cables,
    leaf_spine_cables,
    spine_core_cables,
    designed_endpoints,
    fabric_endpoints,
    endpoint_cable_length,
    leaf_spine_cable_length,
    spine_core_cable_length,
    copper_reach,
    active_cable_reach,
    transceivers_per_cable,
):
    """Transceivers in the switches. [transceiver]

    n = n_endpoint · n_designed / n_connected + 2 · n_leaf-spine + 2 · n_spine-core, fibre alone

    Leaves carry optics for every port of the design, as in the parts list of the DGX H100 SuperPOD [1].

    [1] NVIDIA DGX SuperPOD reference architecture RA-11333-001, table 8.
    """
    reach = np.maximum(copper_reach, active_cable_reach)
    down = endpoint_cables * designed_endpoints / fabric_endpoints * _beyond(endpoint_cable_length, reach)
    up = leaf_spine_cables * _beyond(leaf_spine_cable_length, reach)
    core = spine_core_cables * _beyond(spine_core_cable_length, reach)
    return (down / 2 + up + core) * transceivers_per_cable


def transceivers(adapter_transceivers, switch_transceivers):
    """Transceivers of the fabric, one for each end of each link. [transceiver]

    n = n_adapter + n_switch
    """
    return adapter_transceivers + switch_transceivers


def transceiver_modules(adapter_transceivers, switch_transceivers, transceivers_per_module):
    """Pluggable modules: twin-port modules hold the ends of two links. [transceiver]

    n = ⌈n_adapter / m⌉ + ⌈n_switch / m⌉
    """
    return np.ceil(adapter_transceivers / transceivers_per_module) + np.ceil(
        switch_transceivers / transceivers_per_module
    )


def fabric_power(
    leaf_switches,
    spine_switches,
    core_switches,
    fabric_switch_power,
    core_switch_power,
    transceivers,
    fabric_transceiver_power,
    active_cables,
    active_cable_power,
):
    """Power of the compute fabric: switches, optics and active cables. [W]

    P = (n_leaf + n_spine) · P_switch + n_core · P_core + n_transceiver · P_transceiver + n_active · P_active

    Typical figures of switches exclude optics, which are added. Adapters are part of the systems.
    """
    links = transceivers * fabric_transceiver_power + active_cables * active_cable_power
    return (leaf_switches + spine_switches) * fabric_switch_power + core_switches * core_switch_power + links


def network_power(fabric_power, storage_network_power, management_network_power):
    """Power of all networks; network cards are part of the systems. [W]

    P = P_fabric + P_storage network + P_management
    """
    return fabric_power + storage_network_power + management_network_power


def fabric_switch_cost(leaf_switches, spine_switches, core_switches, fabric_switch_price, core_switch_price):
    """Price of the switches of the compute fabric. [USD]

    K = (n_leaf + n_spine) · k_switch + n_core · k_core
    """
    return (leaf_switches + spine_switches) * fabric_switch_price + core_switches * core_switch_price


def fabric_optics_cost(transceivers, fabric_transceiver_price):
    """Price of the transceivers of the compute fabric. [USD]

    K = n_transceiver · k_transceiver
    """
    return transceivers * fabric_transceiver_price


def fabric_cable_cost(
    copper_cables, copper_cable_price, active_cables, active_cable_price, fibre_cables, fabric_cable_price
):
    """Price of the cables of the compute fabric. [USD]

    K = n_copper · k_copper + n_active · k_active + n_fibre · k_fibre
    """
    return copper_cables * copper_cable_price + active_cables * active_cable_price + fibre_cables * fabric_cable_price


def capex_network(fabric_switch_cost, fabric_optics_cost, fabric_cable_cost):
    """Price of the compute fabric: switches, optics and cables. [USD]

    K = K_switches + K_optics + K_cables

    The networks for storage and management are a line of their own.
    """
    return fabric_switch_cost + fabric_optics_cost + fabric_cable_cost


def _between(length, low, high):
    """1 where a length lies above `low` and not above `high`."""
    return np.where((length > low) & (length <= high), 1.0, 0.0)


def _beyond(length, reach):
    """1 where a length is longer than the reach."""
    return np.where(length > reach, 1.0, 0.0)
