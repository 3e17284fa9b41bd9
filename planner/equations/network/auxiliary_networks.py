"""The networks beside the compute fabric: storage and management."""

import numpy as np


def storage_network_ports(nodes, storage_ports_per_node, storage_read_rate, storage_fabric_port_bandwidth, one_node):
    """Ports of the storage network. [port]

    n = n_node · n_port + ⌈B_read / b⌉; none where there is one node, which reaches its storage directly
    """
    servers = np.ceil(storage_read_rate / storage_fabric_port_bandwidth)
    return (nodes * storage_ports_per_node + servers) * np.where(nodes > one_node, 1.0, 0.0)


def storage_network_leaves(storage_network_ports, storage_fabric_switch_ports, storage_oversubscription):
    """Leaf switches of the storage network, of the kind chosen for it, else of that of the compute fabric. [switch]

    n = ⌈n_port / d⌉,  d = ⌊R · o / (1 + o)⌋

    The DGX H100 reference design allows 4 : 3 towards the nodes.
    """
    down = np.floor(storage_fabric_switch_ports * storage_oversubscription / (1 + storage_oversubscription))
    return np.ceil(storage_network_ports / down)


def storage_network_switches(
    storage_network_leaves, storage_network_ports, storage_fabric_switch_ports, storage_oversubscription, one_switch
):
    """Switches of the storage network. [switch]

    n = n_leaf + ⌈n_port / (o · R)⌉ where there is more than one leaf

    Two tiers; a third, which more leaves than a spine has ports would need, is not counted.
    """
    spines = np.ceil(storage_network_ports / storage_oversubscription / storage_fabric_switch_ports)
    return storage_network_leaves + spines * np.where(storage_network_leaves > one_switch, 1.0, 0.0)


def storage_network_cables(
    storage_network_ports, storage_network_leaves, storage_oversubscription, cable_port, one_switch
):
    """Cables of the storage network. [cable]

    n = n_port + ⌈n_port / o⌉ where there is more than one leaf
    """
    uplinks = np.ceil(storage_network_ports / storage_oversubscription)
    return (storage_network_ports + uplinks * np.where(storage_network_leaves > one_switch, 1.0, 0.0)) * cable_port


def storage_network_transceivers(storage_network_cables, transceivers_per_cable):
    """Transceivers of the storage network. [transceiver]

    n = 2 · n_cable
    """
    return storage_network_cables * transceivers_per_cable


def storage_network_power(
    storage_network_switches,
    storage_fabric_switch_power,
    storage_network_transceivers,
    storage_fabric_transceiver_power,
):
    """Power of the storage network. [W]

    P = n_switch · P_switch + n_transceiver · P_transceiver
    """
    return (
        storage_network_switches * storage_fabric_switch_power
        + storage_network_transceivers * storage_fabric_transceiver_power
    )


def storage_network_cost(
    storage_network_switches,
    storage_fabric_switch_price,
    storage_network_transceivers,
    storage_fabric_transceiver_price,
    storage_network_cables,
    storage_fabric_cable_price,
):
    """Price of the storage network. [USD]

    K = n_switch · k_switch + n_transceiver · k_transceiver + n_cable · k_cable
    """
    links = (
        storage_network_transceivers * storage_fabric_transceiver_price
        + storage_network_cables * storage_fabric_cable_price
    )
    return storage_network_switches * storage_fabric_switch_price + links


def management_ports(nodes, management_ports_per_node, switches, storage_network_switches, switch_management_port):
    """Ports of the management network. [port]

    n = n_node · n_port + n_switch
    """
    return nodes * management_ports_per_node + (switches + storage_network_switches) * switch_management_port


def management_switches(management_ports, management_switch_ports):
    """Switches of the management network. [switch]

    n = ⌈n_port / R⌉
    """
    return np.ceil(management_ports / management_switch_ports)


def management_network_power(management_switches, management_switch_power):
    """Power of the management network. [W]

    P = n_switch · P_switch
    """
    return management_switches * management_switch_power


def management_network_cost(management_switches, management_switch_price):
    """Price of the management network: switches; copper cables are small beside them. [USD]

    K = n_switch · k_switch
    """
    return management_switches * management_switch_price
