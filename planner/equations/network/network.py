"""The scale-out fabric as a tree of switches: rail-optimised, plain, or with spines for each rail.

Dragonflies and the torus are exceptions, in direct_networks.
"""

import numpy as np


def fabric_endpoints(installed_accelerators, system_scaleout_bandwidth, fabric_port_bandwidth):
    """Ports that accelerators have to the fabric. [port]

    n = ⌈N · B / b⌉
    """
    return np.ceil(installed_accelerators * system_scaleout_bandwidth / fabric_port_bandwidth)


def designed_nodes(nodes, scalable_unit):
    """Nodes that the fabric is laid out for. [node]

    n = ⌈n_node / n_unit⌉ · n_unit

    A design is built in whole scalable units: unused slots keep their leaves and the cables above them [1].

    [1] NVIDIA DGX SuperPOD reference architecture RA-11333-001, tables 3 and 4.
    """
    return np.ceil(nodes / scalable_unit) * scalable_unit


def designed_endpoints(fabric_endpoints, designed_nodes, nodes):
    """Ports that the fabric is laid out for. [port]

    n = n_endpoint · n_designed / n_node
    """
    return np.ceil(fabric_endpoints * designed_nodes / nodes)


def fabric_rails(fabric_endpoints, nodes, one_node, one_port):
    """Ports of one node: one rail connects the same port of every node. [1]

    r = ⌈n_endpoint / n_node⌉
    """
    return np.maximum(1, np.ceil(fabric_endpoints / nodes * one_node / one_port))


def switch_radix(fabric_switch_ports, fabric_planes):
    """Ports of a switch at the speed of one plane. [port/switch]

    R = R_full · q

    A port is split into q slower ones, each in a plane of its own: 64 ports of 800 Gb/s make 128 of 400 Gb/s, and two
    tiers then reach four times as many accelerators.
    """
    return fabric_switch_ports * fabric_planes


def leaf_down_ports(switch_radix, oversubscription):
    """As many ports as leave enough uplinks for the oversubscription. [port/switch]

    d = ⌊R · o / (1 + o)⌋
    """
    return np.floor(switch_radix * oversubscription / (1 + oversubscription))


def leaf_down_ports__rail_groups(switch_radix, system_nodes, systems_per_rack, rail_port, rack_leaf):
    """A port for each node of a rack, at most half of the switch. [port/switch]

    d = min(R / 2, nodes in a rack)

    Rack-granular design of NVL72 systems: one leaf switch for each rack and rail, 18 trays on each.
    """
    return np.minimum(np.floor(switch_radix / 2), system_nodes * systems_per_rack * rail_port / rack_leaf)


def fabric_tiers(fabric_endpoints, switch_radix, leaf_down_ports, one_switch, one_port):
    """Tiers of a tree of switches: one, two or three. [1]

    1 where n ≤ R, 2 where n ≤ R · d, else 3
    """
    two = np.where(fabric_endpoints > switch_radix * one_switch, 1.0, 0.0)
    reach = switch_radix * leaf_down_ports * one_switch**2 / one_port
    return 1 + two + np.where(fabric_endpoints > reach, 1.0, 0.0)


def fabric_groups(leaf_switches, fabric_planes, switch_radix, fabric_tiers, one_switch, one_port):
    """Pods of a tree of three tiers, else one. [1]

    g = ⌈n_leaf / q / (R / 2)⌉ where there are three tiers, else 1
    """
    pods = np.ceil(leaf_switches / fabric_planes / (switch_radix / 2 * one_switch**2 / one_port))
    return np.where(fabric_tiers > 2, pods, 1.0)


def leaf_switches(
    designed_nodes, fabric_rails, leaf_down_ports, fabric_tiers, fabric_planes, one_node, one_port, one_switch
):
    """Leaves of each rail and plane. [switch]

    n_leaf = q · r · ⌈n_node / d⌉; where a leaf holds several rails, q · ⌈r / ⌊d / n_node⌋⌉

    Parameters
    ----------
    designed_nodes : node, 0 or more
    fabric_rails : 1, 1 or more
    leaf_down_ports : port/switch, 0 or more
    fabric_tiers : 1, 1, 2 or 3
    fabric_planes : 1, 1 to 16
    one_node : node, 1
    one_port : port, 1
    one_switch : switch, 1

    Notes
    -----
    Rail k of every node goes to the leaves of rail k. Where one switch has ports enough for all, there is one in each
    plane. Whole scalable units are laid out: node slots not in use keep their leaves.
    """
    nodes_per_leaf = leaf_down_ports * one_switch / one_port
    rail_nodes = designed_nodes / one_node
    own_leaves = fabric_rails * np.ceil(rail_nodes / nodes_per_leaf)
    shared_leaves = np.ceil(fabric_rails / np.maximum(1, np.floor(nodes_per_leaf / rail_nodes)))
    leaves = np.where(rail_nodes < nodes_per_leaf, shared_leaves, own_leaves)
    return fabric_planes * np.where(fabric_tiers > 1, leaves, 1.0) * one_switch


def leaf_switches__fat_tree(designed_endpoints, leaf_down_ports, fabric_tiers, fabric_planes, one_switch):
    """Leaves that are filled port by port, in each plane. [switch]

    n_leaf = q · ⌈n / d⌉; q where one switch has ports enough
    """
    leaves = np.ceil(designed_endpoints / leaf_down_ports / one_switch)
    return fabric_planes * np.where(fabric_tiers > 1, leaves, 1.0) * one_switch


def leaf_uplinks(switch_radix, leaf_down_ports, oversubscription, fabric_tiers):
    """Ports of a leaf switch that face the next tier. [port/switch]

    u = min(R − d, ⌈d / o⌉); none where there is one tier
    """
    needed = np.minimum(switch_radix - leaf_down_ports, np.ceil(leaf_down_ports / oversubscription))
    return needed * np.where(fabric_tiers > 1, 1.0, 0.0)


def spine_down_ports(switch_radix, core_oversubscription):
    """Ports of a spine that face leaves, where there is a core above it. [port/switch]

    d = ⌊R · o / (1 + o)⌋: half of them where the core does not block
    """
    return np.floor(switch_radix * core_oversubscription / (1 + core_oversubscription))


def spine_switches(
    leaf_switches, leaf_uplinks, switch_radix, spine_down_ports, fabric_planes, fabric_tiers, one_switch, one_port
):
    """Spines of a tree, in each plane as few as divide the uplinks evenly. [switch]

    two tiers: in each plane the fewest s ≥ n_leaf · u / (q · R) that divide u; three tiers: n_leaf · u / d_spine

    Parameters
    ----------
    leaf_switches : switch, 0 or more
    leaf_uplinks : port/switch, 0 or more
    switch_radix : port/switch, 1 or more
    spine_down_ports : port/switch, above 0
    fabric_planes : 1, 1 to 16
    fabric_tiers : 1, 1, 2 or 3
    one_switch : switch, 1
    one_port : port, 1

    Notes
    -----
    Dividing evenly matters: 24 leaves with 32 uplinks take 16 spines of 64 ports, not 12, as in the reference design of
    three scalable units [1]. With a core above it, half of a spine's ports face up.

    Folded Clos of equal switches; designs that mix radices need the counts set.

    References
    ----------
    .. [1] NVIDIA DGX SuperPOD reference architecture RA-11333-001, table 4.
    """
    plane_leaves = leaf_switches / fabric_planes
    two = fabric_planes * _dividing_spines(plane_leaves, leaf_uplinks, switch_radix, one_switch, one_port)
    three = np.ceil(leaf_switches * leaf_uplinks / spine_down_ports)
    return np.where(fabric_tiers > 2, three, np.where(fabric_tiers > 1, two, 0 * two))


def spine_switches__rail_groups(
    leaf_switches, leaf_uplinks, spine_down_ports, fabric_planes, fabric_rails, fabric_tiers, one_switch, one_port
):
    """Spines that each rail has of its own. [switch]

    r · q · s,  s = the fewest ≥ n_leaf / (r · q) · u / d_spine that divide u

    Each rail has spines of its own, which keep the rest of their ports for a core that joins the rails.
    """
    groups = fabric_planes * fabric_rails
    own = groups * _dividing_spines(leaf_switches / groups, leaf_uplinks, spine_down_ports, one_switch, one_port)
    return np.where(fabric_tiers > 1, own, 0 * own)


def core_switches(spine_switches, switch_radix, spine_down_ports, fabric_tiers):
    """Core above the spines of a tree of three tiers. [switch]

    n_core = ⌈n_spine · (R − d_spine) / R⌉: n_spine / 2 where nothing blocks; none below three tiers

    Parameters
    ----------
    spine_switches : switch, 0 or more
    switch_radix : port/switch, 1 or more
    spine_down_ports : port/switch, 0 or more
    fabric_tiers : 1, 1, 2 or 3

    Notes
    -----
    Three tiers at most; where nothing blocks there are half as many core switches as spines, and R³ / 4 endpoints.
    """
    needed = np.ceil(spine_switches * (switch_radix - spine_down_ports) / switch_radix)
    return np.where(fabric_tiers > 2, needed, 0 * spine_switches)


def switches(leaf_switches, spine_switches, core_switches):
    """Switches of the fabric. [switch]

    n = n_leaf + n_spine + n_core
    """
    return leaf_switches + spine_switches + core_switches


def endpoint_cables(fabric_endpoints, fabric_manager_links, fabric_planes, cable_port, links_per_cable):
    """Cables of the nodes' ports and of fabric managers. [cable]

    n = (n_endpoint + n_manager) · q / links per cable
    """
    return (fabric_endpoints + fabric_manager_links) * fabric_planes * cable_port / links_per_cable


def leaf_spine_cables(leaf_switches, leaf_uplinks, cable_port, links_per_cable):
    """Cables for all uplinks of the leaves. [cable]

    n = n_leaf · u / links per cable
    """
    return leaf_switches * leaf_uplinks * cable_port / links_per_cable


def spine_core_cables(spine_switches, switch_radix, spine_down_ports, fabric_tiers, cable_port, links_per_cable):
    """Cables for all uplinks of the spines, where there are three tiers. [cable]

    n = n_spine · (R − d_spine) / links per cable; none below three tiers
    """
    core = np.where(fabric_tiers > 2, 1.0, 0.0)
    return spine_switches * (switch_radix - spine_down_ports) * core * cable_port / links_per_cable


def cables(endpoint_cables, leaf_spine_cables, spine_core_cables):
    """Cables of the fabric. [cable]

    n = n_endpoint + n_leaf-spine + n_spine-core
    """
    return endpoint_cables + leaf_spine_cables + spine_core_cables


def fabric_reach(
    switch_radix, spine_down_ports, leaf_down_ports, installed_accelerators, fabric_endpoints, one_switch, one_port
):
    """Accelerators of a full tree of three tiers. [accelerator]

    R · d_spine · d ports: three tiers, R³ / 4 where nothing blocks
    """
    ports = switch_radix * spine_down_ports * leaf_down_ports * one_switch**3 / one_port**2
    return ports / fabric_endpoints * installed_accelerators


def fabric_ports_margin(fabric_reach, installed_accelerators):
    """Accelerators that the fabric could still take. [accelerator]

    margin = N_reach − N
    """
    return fabric_reach - installed_accelerators


def fabric_ports_use(installed_accelerators, fabric_reach):
    """Share of what the topology can join in use. [1]

    u = N / N_reach
    """
    return installed_accelerators / fabric_reach


def bisection_bandwidth(fabric_endpoints, fabric_port_bandwidth, oversubscription, core_oversubscription, fabric_tiers):
    """Bandwidth between two halves of the cluster, one direction. [B/s]

    B = n · b / (2 · o), with the core's oversubscription as well where there is a core
    """
    core = np.where(fabric_tiers > 2, core_oversubscription, 1.0)
    return fabric_endpoints * fabric_port_bandwidth / 2 / oversubscription / core


def scaleup_domains(installed_accelerators, system_scaleup_domain):
    """Scale-up domains of the cluster. [1]

    n = ⌈N / N_domain⌉
    """
    return np.ceil(installed_accelerators / system_scaleup_domain)


def scaleup_ratio(accelerator_scaleup_bandwidth, system_scaleout_bandwidth):
    """Bandwidth inside a scale-up domain over bandwidth out of it. [1]

    B_up / B_out
    """
    return accelerator_scaleup_bandwidth / system_scaleout_bandwidth


def _dividing_spines(leaves, uplinks, spine_ports, one_switch, one_port):
    """The fewest spines that carry all uplinks and take the same number from every leaf."""
    links = uplinks * one_switch / one_port
    least = np.maximum(1, np.ceil(leaves * uplinks / spine_ports / one_switch))
    # Links from a leaf to each spine: the largest divisor of the uplinks that leaves enough spines.
    bundle = np.maximum(1, np.floor(links / least))
    while np.any((links % bundle > 0) & (bundle > 1)):
        bundle = np.where((links % bundle > 0) & (bundle > 1), bundle - 1, bundle)
    return np.ceil(links / bundle) * one_switch
