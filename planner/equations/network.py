"""The scale-out fabric: a fat tree of one, two or three tiers, its parts, power and price."""

import numpy as np


def fabric_endpoints(installed_accelerators, system_scaleout_bandwidth, fabric_port_bandwidth):
    """Switch ports that accelerators connect to. [port]

    n = N · B / b
    """
    return np.ceil(installed_accelerators * system_scaleout_bandwidth / fabric_port_bandwidth)


def leaf_down_ports(fabric_switch_ports, oversubscription):
    """Ports of a leaf switch that face accelerators. [port/switch]

    d = ⌊R · o / (1 + o)⌋
    """
    return np.floor(fabric_switch_ports * oversubscription / (1 + oversubscription))


def fabric_tiers(fabric_endpoints, fabric_switch_ports, leaf_down_ports, one_switch, one_port):
    """Tiers of switches that the endpoints need. [1]

    1 where n ≤ R, 2 where n ≤ R · d, else 3
    """
    two = np.where(fabric_endpoints > fabric_switch_ports * one_switch, 1.0, 0.0)
    reach = fabric_switch_ports * leaf_down_ports * one_switch**2 / one_port
    return 1 + two + np.where(fabric_endpoints > reach, 1.0, 0.0)


def leaf_switches(fabric_endpoints, leaf_down_ports, fabric_tiers, one_switch):
    """Switches of the first tier. [switch]

    n_leaf = ⌈n / d⌉, or 1 where one switch has ports enough
    """
    return np.where(fabric_tiers > 1, np.ceil(fabric_endpoints / leaf_down_ports), one_switch)


def leaf_uplinks(fabric_switch_ports, leaf_down_ports, fabric_tiers):
    """Ports of a leaf switch that face the next tier. [port/switch]

    u = R − d; none where there is one tier
    """
    return (fabric_switch_ports - leaf_down_ports) * np.where(fabric_tiers > 1, 1.0, 0.0)


def spine_switches(leaf_switches, leaf_uplinks, fabric_switch_ports, fabric_tiers):
    """Switches of the second tier. [switch]

    two tiers: ⌈n_leaf · u / R⌉; three tiers: n_leaf
    """
    least = np.ceil(leaf_switches * leaf_uplinks / fabric_switch_ports)
    return np.where(fabric_tiers > 2, leaf_switches, least)


def core_switches(spine_switches, fabric_tiers):
    """Switches of the third tier. [switch]

    n_core = n_spine / 2; none below three tiers
    """
    return np.where(fabric_tiers > 2, np.ceil(spine_switches / 2), 0 * spine_switches)


def switches(leaf_switches, spine_switches, core_switches):
    """Switches of the fabric. [switch]

    n = n_leaf + n_spine + n_core
    """
    return leaf_switches + spine_switches + core_switches


def cables(
    fabric_endpoints, leaf_switches, leaf_uplinks, spine_switches, fabric_switch_ports, core_switches, cable_port
):
    """Cables of the fabric. [cable]

    n = n_endpoint + n_leaf · u + n_spine · R/2 where there is a core
    """
    has_core = np.where(core_switches > 0, 1.0, 0.0)
    up = spine_switches * fabric_switch_ports / 2 * has_core
    return (fabric_endpoints + leaf_switches * leaf_uplinks + up) * cable_port


def transceivers(cables, transceivers_per_cable):
    """Optical transceivers of the fabric. [transceiver]

    one at each end of every cable that is optical
    """
    return cables * transceivers_per_cable


def network_power(switches, fabric_switch_power, transceivers, fabric_transceiver_power):
    """Power of switches and optics; network cards are part of the systems. [W]

    P = n_switch · P_switch + n_transceiver · P_transceiver
    """
    return switches * fabric_switch_power + transceivers * fabric_transceiver_power


def capex_network(switches, fabric_switch_price, transceivers, fabric_transceiver_price, cables, fabric_cable_price):
    """Price of switches, optics and cables. [USD]

    K = n_switch · k_switch + n_transceiver · k_transceiver + n_cable · k_cable
    """
    optics = transceivers * fabric_transceiver_price + cables * fabric_cable_price
    return switches * fabric_switch_price + optics
